import { z } from 'zod';
import { VarcoError } from '../../shared/errors.ts';
import { type Policy, policySchema } from '../../shared/policy.ts';
import { romeDay } from '../../shared/rome-day.ts';
import type { Store } from '../store/store.ts';
import { inForceOn } from './in-force.ts';
import shipped from './policies.json' with { type: 'json' };

/** The policies shipped with varco, each with its legal reference. */
export function shippedPolicies(): Policy[] {
  return z.array(policySchema).parse(shipped);
}

/** The {@link Store.notify} channel for new policies. */
const POLICY_CHANNEL = 'varco_policy';

/** Policies by id and version: stored in the database, read into memory at start and on every change. */
export class Policies {
  readonly #store: Store;
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #byId = new Map<string, Policy[]>();

  constructor(deps: { store: Store }) {
    this.#store = deps.store;
  }

  /** Inserts the shipped policies that the database lacks, and reads all of them. */
  async start(): Promise<void> {
    await this.#store.transaction(async (tx) => {
      for (const policy of shippedPolicies()) {
        const row = { id: policy.id, version: policy.version, body: JSON.stringify(policy) };
        await tx
          .insertInto('policy')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
    });
    await this.reload();
    this.#stopListening = await this.#store.listen(POLICY_CHANNEL, () => {
      // On failure the node goes on with the policies it has, until the next notification or start.
      this.reload().catch(() => {});
    });
  }

  async stop(): Promise<void> {
    await this.#stopListening();
  }

  /** Adds a policy or a new version of one. @throws VarcoError `policyExists`. */
  async add(input: unknown): Promise<void> {
    const policy = policySchema.parse(input);
    const { id, version } = policy;
    const { numInsertedOrUpdatedRows } = await this.#store.db
      .insertInto('policy')
      .values({ id, version, body: JSON.stringify(policy) })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    if (!numInsertedOrUpdatedRows) {
      throw new VarcoError('policyExists', `The policy ${id} has a version ${version} already`);
    }
    await this.reload();
    await this.#store.notify(POLICY_CHANNEL, id);
  }

  async reload(): Promise<void> {
    const rows = await this.#store.db
      .selectFrom('policy')
      .select('body')
      .orderBy('version')
      .execute();
    const byId = new Map<string, Policy[]>();
    for (const { body } of rows) {
      const policy = policySchema.parse(JSON.parse(body));
      const versions = byId.get(policy.id) ?? [];
      versions.push(policy);
      byId.set(policy.id, versions);
    }
    this.#byId = byId;
  }

  /** The newest version that is valid on the day of `now` in Rome. */
  find(id: string, now: Date): Policy | undefined {
    return inForceOn(this.#byId.get(id), romeDay(now.getTime()));
  }

  list(): Policy[] {
    return [...this.#byId.values()].flat();
  }
}
