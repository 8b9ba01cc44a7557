import type { PersonRow, VerbaleRow } from './intake-statements.ts';
import type { PreparedPerson, PreparedVerbale } from './prepare.ts';
import { type FoldedStatus, foldOn } from './stored-status.ts';
import type { Verbale } from './verbale.ts';

/** Why a row is not taken; each has its words in {@link problemMessages}. */
export type RowProblem =
  | 'protocolOfAnother'
  | 'conflictingContent'
  /** The archive holds a later state of the same version, such as `annulled` where this is `definitive`. */
  | 'stateBehind'
  /** The archive holds a higher version, which is a correction of this one. */
  | 'versionBehind'
  /** The row says two things that can't both be true. */
  | 'contradictory';

export const problemMessages: Record<RowProblem, string> = {
  protocolOfAnother: 'protocol: belongs to another person',
  conflictingContent:
    'protocol: is known with other content in the same state; a correction has a higher version',
  stateBehind: 'state: is behind the one that is known; a correction has a higher version',
  versionBehind: 'version: a higher one of this protocol is known',
  contradictory: 'row: contradicts itself',
};

/** A row that is not taken, with the reason in words that name fields and no values. */
export interface RowRejection {
  line: number;
  problem: RowProblem;
  reason: string;
}

/** The status of somebody about whom the archive says nothing. */
export const NO_STATUS: FoldedStatus = { status: '{}', dueOn: null };

/** A person as adjacent rows describe it; repeated where rows about the same person are not adjacent. */
export interface InputPerson {
  mac: string;
  person: PreparedPerson;
  /** The identity, sealed ahead of the transaction for somebody who is probably new. */
  box: Buffer | undefined;
}

/** One person of a batch, with everything the batch says and does about it. */
export interface BatchPerson {
  mac: string;
  /** As its last row describes it. */
  input: PreparedPerson;
  box: Buffer | undefined;
  /** How many verbali its rows hold, and how many of them are written. */
  inputVerbali: number;
  writtenVerbali: number;
  known: PersonRow | undefined;
  id: number;
  /** The status after the batch, for persons whose verbali changed. */
  next: FoldedStatus;
}

export interface VerbaleWrite {
  owner: BatchPerson;
  verbale: PreparedVerbale;
}

/**
 * Of one version of a verbale, a later state in its life wins, so that the order of arrival never matters.
 */
const stateRank = { draft: 0, definitive: 1, superseded: 2, annulled: 3 } as const;

/**
 * Computes the statuses of persons who are not in the database yet, since all their verbali are in the
 * batch. Where these were adjacent and all of them are written, the preparing thread already did.
 */
export function foldNewPersons(
  fresh: readonly BatchPerson[],
  writes: ReadonlyMap<string, VerbaleWrite>,
  today: string,
): void {
  const scattered = new Map<BatchPerson, Verbale[]>();
  for (const person of fresh) {
    if (person.writtenVerbali === person.inputVerbali) {
      const [, , , , , status, , dueOn] = person.input;
      person.next = { status, dueOn };
    } else if (person.writtenVerbali > 0) {
      scattered.set(person, []);
    }
  }
  if (scattered.size === 0) {
    return;
  }
  for (const { owner, verbale } of writes.values()) {
    scattered.get(owner)?.push(JSON.parse(verbale[6]));
  }
  for (const [person, own] of scattered) {
    person.next = foldOn(own, today);
  }
}

/** Compares a verbale with what the database, and the batch so far, hold under its protocol number. */
export function compareVerbale(
  stored: VerbaleRow | undefined,
  write: VerbaleWrite | undefined,
  owner: BatchPerson,
  [, , , , state, , body]: PreparedVerbale,
): 'write' | 'unchanged' | RowProblem {
  const known = write
    ? { isOwn: write.owner === owner, state: write.verbale[4], body: write.verbale[6] }
    : stored && {
        isOwn: stored.person_id === owner.known?.id,
        state: stored.state,
        body: stored.body,
      };
  if (!known) {
    return 'write';
  }
  if (!known.isOwn) {
    return 'protocolOfAnother';
  }
  if (known.body === body) {
    return 'unchanged';
  }
  const version = versionOf(body) - versionOf(known.body);
  if (version !== 0) {
    return version > 0 ? 'write' : 'versionBehind';
  }
  const later = stateRank[state] - stateRank[known.state];
  if (later !== 0) {
    return later > 0 ? 'write' : 'stateBehind';
  }
  return withoutDerived(known.body) === body ? 'unchanged' : 'conflictingContent';
}

function versionOf(body: string): number {
  const verbale: Pick<Verbale, 'version'> = JSON.parse(body);
  return verbale.version ?? 1;
}

/** A body as it is written today: earlier ones repeat what the giudizio entails. */
function withoutDerived(body: string): string {
  const { accompagnamento: _, ...verbale } = JSON.parse(body);
  return JSON.stringify(verbale);
}
