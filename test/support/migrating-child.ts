import { sql } from 'kysely';
import { migrate } from '../../server/store/migrate.ts';
import { migrations } from '../../server/store/migrations/all-migrations.ts';
import { openStore } from '../../server/store/open-store.ts';

/** Completes one migration and hangs in the middle of the next, after its writes. */
const [url = ''] = process.argv.slice(2);
const store = await openStore(url);
process.on('disconnect', () => process.exit(1));
await migrate(store.db, store.engine, {
  ...migrations,
  '9071-whole': async (db) => {
    await sql`create table whole (id integer)`.execute(db);
  },
  '9072-half': async (db) => {
    await sql`create table half (id integer)`.execute(db);
    await sql`insert into half values (1)`.execute(db);
    process.send?.('half');
    await new Promise(() => setInterval(() => {}, 60_000));
  },
});
