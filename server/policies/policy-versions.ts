import { VarcoError } from '../../shared/errors.ts';
import { type Policy, policySchema } from '../../shared/policy.ts';
import type { TableRow } from '../store/schema.ts';
import type { Tx } from '../store/store.ts';
import { planOf } from './policy-plan.ts';

/**
 * What became of a version. `proposed`: waits for a second person; `released`: may be in force;
 * `withdrawn`: never was; `retired`: was in force, and no version of the policy is any more.
 */
export type PolicyState = 'proposed' | 'released' | 'withdrawn' | 'retired';

/** A version with its history. */
export interface PolicyVersion {
  policy: Policy;
  state: PolicyState;
  /** Why it was proposed, in the words of who did. */
  note: string;
  /** Whose act it was, such as `staff:17`; `varco` for one that came with the program. */
  proposedBy: string;
  proposedAt: number | undefined;
  decidedBy: string | undefined;
  decidedAt: number | undefined;
  /** Why it was withdrawn or retired. */
  reason: string;
}

/** Who brought the policies that come with the program. */
export const SHIPPED_BY = 'varco';

/** Versions of all policies together, whatever their state. */
const VERSIONS_MAX = 2_000;

/** Writes a version. @returns false if this version is there already. @throws VarcoError `policyTooMany`. */
export async function insertVersion(
  tx: Tx,
  policy: Policy,
  made: { state: 'proposed' | 'released'; by: string; at: number; note: string },
): Promise<boolean> {
  const { count } = await tx
    .selectFrom('policy')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  if (Number(count) >= VERSIONS_MAX) {
    throw new VarcoError('policyTooMany', `There are ${VERSIONS_MAX} versions already`);
  }
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('policy')
    .values({
      id: policy.id,
      version: policy.version,
      body: JSON.stringify(policy),
      state: made.state,
      note: made.note,
      proposed_by: made.by,
      proposed_at: made.at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return Boolean(numInsertedOrUpdatedRows);
}

/** Takes versions from one state to another. @returns how many were in the first. */
export async function decideVersions(
  tx: Tx,
  which: { id: string; version?: number; from: PolicyState },
  decision: { to: PolicyState; by: string; at: number; reason: string },
): Promise<number> {
  let update = tx
    .updateTable('policy')
    .set({
      state: decision.to,
      decided_by: decision.by,
      decided_at: decision.at,
      reason: decision.reason,
    })
    .where('id', '=', which.id)
    .where('state', '=', which.from);
  update = which.version === undefined ? update : update.where('version', '=', which.version);
  return Number((await update.executeTakeFirstOrThrow()).numUpdatedRows);
}

/** Notes, in the transaction that writes versions, that there is something to read. */
export async function notePolicyChange(tx: Tx): Promise<void> {
  await tx
    .updateTable('counter')
    .set((row) => ({ value: row('value', '+', 1) }))
    .where('name', '=', 'policyChange')
    .execute();
}

/**
 * A stored version. Undefined for one that this program does not understand: it may be of a newer one, and
 * a gate that asks it cannot check.
 */
export function toVersion(row: TableRow<'policy'>): PolicyVersion | undefined {
  const parsed = policySchema.safeParse(JSON.parse(row.body));
  if (!parsed.success || !isUnderstood(parsed.data)) {
    return undefined;
  }
  return {
    policy: parsed.data,
    state: row.state as PolicyState,
    note: row.note,
    proposedBy: row.proposed_by ?? SHIPPED_BY,
    proposedAt: row.proposed_at ?? undefined,
    decidedBy: row.decided_by ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    reason: row.reason,
  };
}

function isUnderstood(policy: Policy): boolean {
  try {
    planOf(policy);
    return true;
  } catch {
    return false;
  }
}
