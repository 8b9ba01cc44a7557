import type { ErrorCode } from '../../shared/error-codes.ts';
import { buildDelta, buildFullList, type ListTerms } from '../../shared/offline-list/build-list.ts';
import { diffTables, type EntryTable, sortEntries } from '../../shared/offline-list/entry-table.ts';
import { sha256 } from './crypto.ts';

const UNSIGNED = new Uint8Array(64);
const tools = (seed: number) => ({ sha256, sign: () => UNSIGNED, seed });

/** Jobs that take long for millions of entries. Pure, so that any thread may run them; files are unsigned. */
export const buildJobs = {
  /** @throws VarcoError `entriesRepeat`. */
  sort: ({ words }: { words: BigUint64Array }): EntryTable => sortEntries(words),
  /** How many entries differ. */
  countChanges: ({ before, after }: { before: EntryTable; after: EntryTable }): number =>
    diffTables(before, after).length,
  full: ({ table, terms, seed }: { table: EntryTable; terms: ListTerms; seed: number }) =>
    buildFullList(table, terms, tools(seed)),
  delta: (input: {
    base: { table: EntryTable; version: number };
    table: EntryTable;
    terms: ListTerms;
    seed: number;
  }) => buildDelta(input.base, input.table, input.terms, tools(input.seed)),
} as const;

export type BuildName = keyof typeof buildJobs;
export type BuildInput<Name extends BuildName> = Parameters<(typeof buildJobs)[Name]>[0];
export type BuildOutput<Name extends BuildName> = ReturnType<(typeof buildJobs)[Name]>;

/** A thread's request and response. */
export interface BuildRequest {
  name: BuildName;
  input: unknown;
}
export type BuildResponse = { output: unknown } | { code: ErrorCode };

/** Runs one job. */
export function runBuild<Name extends BuildName>(
  name: Name,
  input: BuildInput<Name>,
): BuildOutput<Name> {
  const job = buildJobs[name] as (input: BuildInput<Name>) => BuildOutput<Name>;
  return job(input);
}
