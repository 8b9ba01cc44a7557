import { z } from 'zod';
import { VarcoError } from '../../shared/errors.ts';
import { type Policy, policySchema } from '../../shared/policy.ts';
import type { Store } from '../store/store.ts';
import shipped from './policies.json' with { type: 'json' };

/** The policies that varco brings along, each with its legal reference. */
export function shippedPolicies(): Policy[] {
  return z.array(policySchema).parse(shipped);
}

/** The channel of {@link Store.notify} that says "there is a new policy". */
const POLICY_CHANNEL = 'varco_policy';

const DAY_MS = 86_400_000;

/** Policies by id and version: data in the database, read into memory at start and when one is added. */
export class Policies {
  readonly #store: Store;
  #stopListening: () => Promise<void> = () => Promise.resolve();
  #byId = new Map<string, Policy[]>();
  #today = { day: Number.NaN, text: '' };

  constructor(deps: { store: Store }) {
    this.#store = deps.store;
  }

  /** Puts the shipped policies beside those in the database, and reads all. */
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
      // A node that missed it goes on with the policies it has; the next notice or start repairs it.
      this.reload().catch(() => {});
    });
  }

  async stop(): Promise<void> {
    await this.#stopListening();
  }

  /** Adds a policy or a new version of one. @throws VarcoError `policyExists`. */
  async add(given: unknown): Promise<void> {
    const policy = policySchema.parse(given);
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
      byId.set(policy.id, [...(byId.get(policy.id) ?? []), policy]);
    }
    this.#byId = byId;
  }

  /** The newest version that is valid on the day. */
  find(id: string, now: Date): Policy | undefined {
    const day = Math.floor(now.getTime() / DAY_MS);
    if (day !== this.#today.day) {
      this.#today = { day, text: now.toISOString().slice(0, 10) };
    }
    const today = this.#today.text;
    return this.#byId
      .get(id)
      ?.findLast(
        ({ validFrom, validTo }) =>
          validFrom <= today && (validTo === undefined || today <= validTo),
      );
  }

  list(): Policy[] {
    return [...this.#byId.values()].flat();
  }
}
