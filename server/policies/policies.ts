import { z } from 'zod';
import { type Policy, policySchema } from '../../shared/policy.ts';
import { romeDay } from '../../shared/rome-day.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import { inForceOn } from './in-force.ts';
import shipped from './policies.json' with { type: 'json' };
import {
  insertVersion,
  notePolicyChange,
  type PolicyVersion,
  SHIPPED_BY,
  toVersion,
} from './policy-versions.ts';

/** The policies shipped with varco, each with its legal reference and sources. */
export function shippedPolicies(): Policy[] {
  return z.array(policySchema).parse(shipped);
}

/** Policies by id and version: stored in the database, read into memory at start and on every change. */
export class Policies {
  readonly #store: Store;
  readonly #log: Log;
  readonly #now: () => number;
  #versions: readonly PolicyVersion[] = [];
  #released: ReadonlyMap<string, readonly Policy[]> = new Map();
  #lastChange = -1;

  constructor(deps: { store: Store; log: Log; now: () => number }) {
    this.#store = deps.store;
    this.#log = deps.log;
    this.#now = deps.now;
  }

  /** Inserts the shipped policies that the database lacks, and reads all of them. */
  async start(): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const rows = await tx.selectFrom('policy').select(['id', 'version', 'state']).execute();
      let isChanged = false;
      for (const policy of shippedPolicies()) {
        const own = rows.filter(({ id }) => id === policy.id);
        if (own.some(({ version }) => version === policy.version)) {
          continue;
        }
        // What a site has retired does not come back by an update: two people decide.
        const isRetired = own.some(({ state }) => state === 'retired');
        const isOn = own.some(({ state }) => state === 'released');
        const state = isRetired && !isOn ? 'proposed' : 'released';
        const made = { state, by: SHIPPED_BY, at: this.#now(), note: '' } as const;
        isChanged = (await insertVersion(tx, policy, made)) || isChanged;
      }
      if (isChanged) {
        await notePolicyChange(tx);
      }
    });
    await this.reload();
  }

  /** Reads the policies if another process changed them since. */
  async look(): Promise<void> {
    if ((await this.#readLastChange()) !== this.#lastChange) {
      await this.reload();
    }
  }

  async reload(): Promise<void> {
    // Read before the rows: a change in between is read again at the next look.
    const lastChange = await this.#readLastChange();
    const rows = await this.#store.db
      .selectFrom('policy')
      .selectAll()
      .orderBy('id')
      .orderBy('version')
      .execute();
    const versions: PolicyVersion[] = [];
    for (const row of rows) {
      const version = toVersion(row);
      if (version) {
        versions.push(version);
      } else {
        const { id: policy, version: unread } = row;
        this.#log.error({ policy, version: unread }, 'a policy cannot be read; no gate can ask it');
      }
    }
    const released = new Map<string, Policy[]>();
    for (const { policy, state } of versions) {
      if (state === 'released') {
        released.set(policy.id, [...(released.get(policy.id) ?? []), policy]);
      }
    }
    this.#versions = versions;
    this.#released = released;
    this.#lastChange = lastChange;
  }

  /** The newest released version that is valid on the day, in Rome, of `now`. */
  find(id: string, now: Date): Policy | undefined {
    return inForceOn(this.#released.get(id), romeDay(now.getTime()));
  }

  /** The policies in force, by id. */
  inForce(now: Date): Map<string, Policy> {
    const all = [...this.#released.keys()].flatMap((id) => this.find(id, now) ?? []);
    return new Map(all.map((policy) => [policy.id, policy]));
  }

  /** Every version that is or was released, so that answers given by it can be explained. */
  list(): Policy[] {
    return this.#versions
      .filter(({ state }) => state === 'released' || state === 'retired')
      .map(({ policy }) => policy);
  }

  /** Every version, whatever its state; by id, the oldest first. */
  history(): readonly PolicyVersion[] {
    return this.#versions;
  }

  async #readLastChange(): Promise<number> {
    const row = await this.#store.db
      .selectFrom('counter')
      .select('value')
      .where('name', '=', 'policyChange')
      .executeTakeFirst();
    return row?.value ?? 0;
  }
}
