import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../../scripts/launch/embedded-postgres.ts';
import type { App } from '../../../../server/app.ts';
import { commandLine, type FleetActor } from '../../../../server/fleet/access/actor.ts';
import type { Role } from '../../../../server/fleet/access/roles.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { errorCode } from '../../../../shared/errors.ts';
import { startApp } from '../../../support/server-app.ts';

describe.each(['sqlite', 'postgres'] as const)('rights over accounts on %s', (engine) => {
  let folder: string;
  let postgres: Postgres | undefined;
  let store: Store;
  let app: App;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'varco-accounts-'));
    postgres = engine === 'postgres' ? await startPostgres() : undefined;
    store = await openStore(
      postgres ? await postgres.createDatabase() : `sqlite:${join(folder, 'varco.db')}`,
    );
    app = await startApp(store);
  }, 60_000);
  afterAll(async () => {
    await app.stop();
    await store.close();
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** An account in use, as whoever acts with it. */
  async function account(role: Role, sites: 'all' | string[]): Promise<FleetActor> {
    const { accountId } = await app.logins.staff.invite(commandLine, { role, sites });
    await store.db
      .updateTable('staff_account')
      .set({ state: 'active' })
      .where('id', '=', accountId)
      .execute();
    return { id: `staff:${accountId}`, name: role, role, sites };
  }

  const idOf = ({ id }: FleetActor) => id.slice('staff:'.length);
  const stateOf = async (who: FleetActor) => (await app.logins.staff.find(idOf(who)))?.state;

  test('an administrator of one site neither invites beyond it nor touches the chief', async () => {
    const { staff } = app.logins;
    const chief = await account('administrator', 'all');
    const local = await account('administrator', ['torino']);
    const forbidden = { code: 'forbidden' };
    for (const sites of ['all', ['roma'], ['torino', 'roma'], []] as const) {
      await expect(staff.invite(local, { role: 'viewer', sites })).rejects.toMatchObject(forbidden);
    }
    await expect(staff.reset(local, idOf(chief))).rejects.toMatchObject(forbidden);
    await expect(staff.disable(local, idOf(chief))).rejects.toMatchObject(forbidden);
    expect(await stateOf(chief)).toBe('active');
    // What is not there is answered like what is elsewhere; who has all sites is told.
    await expect(staff.disable(local, 'nobody')).rejects.toMatchObject(forbidden);
    await expect(staff.disable(chief, 'nobody')).rejects.toMatchObject({ code: 'accountUnknown' });
    const { accountId } = await staff.invite(local, { role: 'operator', sites: ['torino'] });
    const listed = (await staff.list(local)).map(({ id }) => id);
    expect(listed.sort()).toEqual([idOf(local), accountId].sort());
    expect((await staff.list(chief)).length).toBeGreaterThan(listed.length);
    await staff.disable(local, accountId);
    expect((await staff.find(accountId))?.state).toBe('disabled');
    await expect(staff.disable(local, idOf(local))).rejects.toMatchObject({ code: 'accountOwn' });
    await expect(staff.reset(chief, idOf(chief))).rejects.toMatchObject({ code: 'accountOwn' });
  });

  test('what is done to an account stands in the audit, with who did it', async () => {
    const chief = await account('administrator', 'all');
    const { accountId } = await app.logins.staff.invite(chief, { role: 'viewer', sites: ['x'] });
    await app.logins.staff.reset(chief, accountId);
    await app.logins.staff.disable(chief, accountId);
    const acts = (await app.fleet.activity.audited(commandLine, { limit: 500 })).filter(
      ({ body }) => body.account === accountId,
    );
    expect(acts.map(({ kind, body }) => [kind, body.actor])).toEqual([
      ['account.disabled', chief.id],
      ['account.reset', chief.id],
      ['account.invited', chief.id],
    ]);
  });

  test('of two chiefs who disable each other at once one stays, and the last one for good', async () => {
    await store.db.updateTable('staff_account').set({ state: 'disabled' }).execute();
    const one = await account('administrator', 'all');
    const other = await account('administrator', 'all');
    const outcomes = await Promise.all([
      app.logins.staff.disable(one, idOf(other)).then(() => 'done', errorCode),
      app.logins.staff.disable(other, idOf(one)).then(() => 'done', errorCode),
    ]);
    expect(outcomes.sort()).toEqual(['accountIsLast', 'done']);
    const states = [await stateOf(one), await stateOf(other)];
    expect(states.sort()).toEqual(['active', 'disabled']);
    const last = (await stateOf(one)) === 'active' ? one : other;
    const disabled = app.logins.staff.disable(commandLine, idOf(last));
    await expect(disabled).rejects.toMatchObject({ code: 'accountIsLast' });
  });
});
