import type { PersonRow, VerbaleRow } from './intake-statements.ts';
import { status } from './person-status.ts';
import type { PreparedPerson, PreparedVerbale } from './prepare.ts';
import type { Verbale } from './verbale.ts';

export type RowProblem = 'protocolOfAnother' | 'conflictingContent';

/** The status of somebody on whom the archive has not spoken, as JSON. */
export const NO_STATUS = '{}';

/** A person as some rows give it; in the order of the rows, and more than once where they stand apart. */
export interface GivenPerson {
  mac: string;
  person: PreparedPerson;
  /** Sealed already, for somebody who is new. */
  box: Buffer | undefined;
}

/** A person of a batch. */
export interface Taken {
  mac: string;
  /** As the last of its rows gives it. */
  given: PreparedPerson;
  box: Buffer | undefined;
  /** How many verbali its rows bring, and how many of them are written. */
  brought: number;
  written: number;
  known: PersonRow | undefined;
  id: number;
  /** The status after the batch, where it has to be worked out. */
  next: string;
}

export interface Write {
  owner: Taken;
  verbale: PreparedVerbale;
}

/** Later in a verbale's life wins, so that the order of arrival never matters. */
const stateRank = { draft: 0, definitive: 1, superseded: 1, annulled: 2 } as const;

/**
 * The statuses of the persons who are not in the database yet: all their verbali are in the batch. Whose
 * verbali stood together and are all written has it already.
 */
export function foldFresh(
  fresh: readonly Taken[],
  writes: ReadonlyMap<string, Write>,
  today: string,
): void {
  const apart = new Map<Taken, Verbale[]>();
  for (const person of fresh) {
    if (person.written === person.brought) {
      person.next = person.given[5];
    } else if (person.written > 0) {
      apart.set(person, []);
    }
  }
  if (apart.size === 0) {
    return;
  }
  for (const { owner, verbale } of writes.values()) {
    apart.get(owner)?.push(JSON.parse(verbale[6]) as Verbale);
  }
  for (const [person, own] of apart) {
    person.next = JSON.stringify(status(own, today));
  }
}

/** A verbale against what the database and the batch so far know under its number. */
export function compare(
  kept: VerbaleRow | undefined,
  write: Write | undefined,
  owner: Taken,
  [, , , , state, , body]: PreparedVerbale,
): 'write' | 'unchanged' | RowProblem {
  if (!(kept || write)) {
    return 'write';
  }
  const isOwn = write ? write.owner === owner : kept?.person_id === owner.known?.id;
  if (!isOwn) {
    return 'protocolOfAnother';
  }
  const knownState = write ? write.verbale[4] : (kept as VerbaleRow).state;
  const knownBody = write ? write.verbale[6] : kept?.body;
  const later = stateRank[state] - stateRank[knownState];
  if (later !== 0) {
    return later > 0 ? 'write' : 'unchanged';
  }
  return knownBody === body ? 'unchanged' : 'conflictingContent';
}
