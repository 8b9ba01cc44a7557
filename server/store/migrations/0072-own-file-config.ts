import { type Kysely, sql } from 'kysely';

/**
 * Version 0, the kiosk's own file, as a row: a roll-out refers to its version, and going back to the own
 * file is one. Every listing leaves it out.
 */
export async function ownFileConfig(db: Kysely<unknown>): Promise<void> {
  await sql`insert into config_version (version, at, actor, note, body) values (0, 0, '', '', '{}')`.execute(
    db,
  );
}
