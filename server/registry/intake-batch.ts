import type { PersonRow, VerbaleRow } from './intake-statements.ts';
import { foldStatus } from './person-status.ts';
import type { PreparedPerson, PreparedVerbale } from './prepare.ts';
import type { Verbale } from './verbale.ts';

export type RowProblem = 'protocolOfAnother' | 'conflictingContent';

/** The status of somebody about whom the archive says nothing, as JSON. */
export const NO_STATUS = '{}';

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
  nextStatus: string;
}

export interface VerbaleWrite {
  owner: BatchPerson;
  verbale: PreparedVerbale;
}

/** A later state in a verbale's life wins, so that the order of arrival never matters. */
const stateRank = { draft: 0, definitive: 1, superseded: 1, annulled: 2 } as const;

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
      person.nextStatus = person.input[5];
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
    person.nextStatus = JSON.stringify(foldStatus(own, today));
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
  const later = stateRank[state] - stateRank[known.state];
  if (later !== 0) {
    return later > 0 ? 'write' : 'unchanged';
  }
  return known.body === body ? 'unchanged' : 'conflictingContent';
}
