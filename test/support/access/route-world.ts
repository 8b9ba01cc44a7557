import { randomUUID } from 'node:crypto';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import type { SeededPerson } from '../../../scripts/sample/seed-people.ts';
import type { App } from '../../../server/app.ts';
import { commandLine } from '../../../server/fleet/access/actor.ts';
import type { Store } from '../../../server/store/store.ts';
import { administrator, enrolRequest } from '../fleet-app.ts';
import { newKioskKey } from '../kiosk-client.ts';
import { releasePolicy } from '../policies/release-policy.ts';

/** Things of a site for requests to be about, each new: an act that succeeds may end it. */
export class RouteWorld {
  readonly app: App;
  readonly #store: Store;
  readonly person: SeededPerson;
  #count = 0;

  constructor(deps: { app: App; store: Store; person: SeededPerson }) {
    this.app = deps.app;
    this.#store = deps.store;
    this.person = deps.person;
  }

  name(prefix: string): string {
    this.#count += 1;
    return `${prefix}-${this.#count}`;
  }

  async gate(site: string): Promise<string> {
    const id = this.name(site);
    await this.app.fleet.gates.create(administrator, [
      { id, site, title: `Varco ${id}`, policy: DEMO_POLICY },
    ]);
    await this.app.fleet.state.reload();
    return id;
  }

  /** A gate with the key of a board that never connects. */
  async kiosk(site: string): Promise<string> {
    const gate = await this.gate(site);
    const { fleet } = this.app;
    const [made] = await fleet.enrolment.createCodes(administrator, [gate]);
    const request = enrolRequest(made?.code ?? '', newKioskKey().publicKey);
    await fleet.state.enrol(request, { address: '127.0.0.1' });
    await fleet.state.reload();
    return gate;
  }

  /** A command that brought something back. */
  async command(site: string): Promise<string> {
    const gates = [await this.kiosk(site)];
    const command = { name: 'identify' } as const;
    const [row] = await this.app.fleet.commands.send(administrator, { filter: { gates }, command });
    const id = row?.id ?? '';
    await this.#store.db
      .updateTable('command')
      .set({ result: JSON.stringify({ type: 'text/plain', content: 'x' }), ended_at: Date.now() })
      .where('id', '=', id)
      .execute();
    return id;
  }

  async alert(site: string): Promise<string> {
    const id = randomUUID();
    const gate = await this.gate(site);
    const about = { subject: `gate:${gate}`, kind: 'offline', site, gate } as const;
    await this.#store.db
      .insertInto('alert')
      .values({ id, ...about, severity: 'critical', raised_at: Date.now(), detail: '{}' })
      .execute();
    return id;
  }

  async rollout(site: string): Promise<string> {
    const gates = [await this.gate(site)];
    const made = await this.app.fleet.rollouts.start(administrator, {
      version: 0,
      filter: { gates },
    });
    return made.id;
  }

  /** Only so many may be under way. */
  async endRollouts(): Promise<void> {
    await this.#store.db.updateTable('rollout').set({ state: 'cancelled' }).execute();
  }

  /** A policy that nobody has proposed yet. */
  policy(): Record<string, unknown> {
    return {
      ...{ id: this.name('policy'), title: 'x', authority: 'x', legalReference: 'x' },
      ...{ sources: [{ title: 'x', checkedOn: '2026-11-30' }], validFrom: '2020-01-01' },
      ...{ level: 1, rule: { area: 'sordita' } },
    };
  }

  /** The first version of a policy that waits for its release; only so many may. */
  async proposal(): Promise<string> {
    await this.#store.db
      .updateTable('policy')
      .set({ state: 'withdrawn' })
      .where('state', '=', 'proposed')
      .execute();
    const policy = this.policy();
    const made = await this.app.fleet.releases.propose(administrator, { policy });
    return made.policy.id;
  }

  async releasedPolicy(): Promise<string> {
    return (await releasePolicy(this.app, this.policy())).policy.id;
  }

  async token(): Promise<string> {
    const made = await this.app.fleet.tokens.create(administrator, {
      title: 'x',
      scopes: ['fleet:read'],
      sites: 'all',
    });
    return made.about.id;
  }

  async account(site: string): Promise<string> {
    const terms = { role: 'viewer', sites: [site] } as const;
    return (await this.app.logins.staff.invite(commandLine, terms)).accountId;
  }

  /** A message that nobody could deliver. */
  async message(): Promise<string> {
    const id = randomUUID();
    const none = { person_id: null, address_mac: null, claim: null, claimed_until: null };
    await this.#store.db
      .insertInto('message')
      .values({
        ...none,
        ...{ id, key: id, channel: 'sms', template: 'oneTimeCode', state: 'dead', urgent: 0 },
        ...{ body_cipher: Buffer.from('x'), created_at: 0, next_at: 0, expires_at: null },
        ...{ attempts: 1, last_code: 'x', settled_at: 0 },
      })
      .execute();
    return id;
  }
}
