import { romeDay } from '../../shared/rome-day.ts';
import type { Store, Tx } from '../store/store.ts';
import { verbaliByPerson } from './intake-statements.ts';
import { nextChange, type Status, statusOn } from './person-status.ts';
import type { Verbale } from './verbale.ts';

/** A status as a row holds it: good until the day on which something of the person's comes due. */
export interface StoredStatus {
  id: number;
  /** The fold over the verbali, as JSON. */
  status: string;
  /** ISO date; `null` when time alone changes nothing. */
  due_on: string | null;
}

/** A fold, ready to be stored. */
export interface FoldedStatus {
  /** As JSON. */
  status: string;
  dueOn: string | null;
}

/** Folds verbali for a day, with the next day on which the result changes. Pure. */
export function foldOn(verbali: readonly Verbale[], day: string): FoldedStatus {
  const status = JSON.stringify(statusOn(verbali, day));
  return { status, dueOn: nextChange(verbali, day) ?? null };
}

const CLOCK_FROM = Date.UTC(2024, 0, 1);
/** 32-bit clocks end on 19 January 2038. */
const CLOCK_TO = Date.UTC(2038, 0, 1);

/** Whether a clock says what it can't: it was never set, or has overflowed. */
export function isClockSuspect(at: number): boolean {
  return at < CLOCK_FROM || at >= CLOCK_TO;
}

/**
 * The day in Rome up to which verbali are in force; `''`, before any day, when the clock is suspect, so
 * that nothing comes due by it.
 */
export function foldingDay(at: number): string {
  return isClockSuspect(at) ? '' : romeDay(at);
}

/** Whether the stored status is of an earlier day than one on which it changes. */
export function isDue({ due_on }: Pick<StoredStatus, 'due_on'>, day: string): boolean {
  return due_on !== null && due_on <= day;
}

/** Folds these persons again, whatever is stored. */
export async function foldPersons(
  store: Store,
  tx: Tx,
  ids: readonly number[],
  day: string,
): Promise<Map<number, FoldedStatus>> {
  const verbali = new Map<number, Verbale[]>(ids.map((id) => [id, []]));
  for (const { person_id, body } of await store.lookup(tx, verbaliByPerson, [...verbali.keys()])) {
    verbali.get(person_id)?.push(JSON.parse(body));
  }
  return new Map([...verbali].map(([id, own]) => [id, foldOn(own, day)]));
}

/**
 * The statuses on a day, by person. Whoever asks between midnight and the end of the chore that folds what
 * came due (`due-fold.ts`) gets the new day's answer too; otherwise nothing is read.
 */
export async function statusesOn(
  store: Store,
  tx: Tx,
  rows: readonly StoredStatus[],
  day: string,
): Promise<Map<number, Status>> {
  const due = rows.filter((row) => isDue(row, day)).map(({ id }) => id);
  const folded = due.length === 0 ? undefined : await foldPersons(store, tx, due, day);
  return new Map(
    rows.map(({ id, status }): [number, Status] => [
      id,
      JSON.parse(folded?.get(id)?.status ?? status),
    ]),
  );
}

/** The status of one person on a day; see {@link statusesOn}. */
export async function statusOf(
  store: Store,
  tx: Tx,
  row: StoredStatus,
  day: string,
): Promise<Status> {
  return (await statusesOn(store, tx, [row], day)).get(row.id) ?? {};
}
