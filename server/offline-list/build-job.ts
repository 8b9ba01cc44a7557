import type { ErrorCode } from '../../shared/error-codes.ts';
import { buildDelta, buildFullList, type ListTerms } from '../../shared/offline-list/build-list.ts';
import { diffTables, type EntryTable, sortEntries } from '../../shared/offline-list/entry-table.ts';
import { sha256 } from './crypto.ts';

const UNSIGNED = new Uint8Array(64);
const tools = (seed: number) => ({ sha256, sign: () => UNSIGNED, seed });

/** What takes long for millions of entries: pure, so that any thread may do it. Files come unsigned. */
export const buildJobs = {
  /** @throws VarcoError `entriesRepeat`. */
  sort: ({ words }: { words: BigUint64Array }): EntryTable => sortEntries(words),
  /** How many entries differ. */
  countChanges: ({ before, after }: { before: EntryTable; after: EntryTable }): number =>
    diffTables(before, after).length,
  full: ({ table, terms, seed }: { table: EntryTable; terms: ListTerms; seed: number }) =>
    buildFullList(table, terms, tools(seed)),
  delta: (given: {
    base: { table: EntryTable; version: number };
    table: EntryTable;
    terms: ListTerms;
    seed: number;
  }) => buildDelta(given.base, given.table, given.terms, tools(given.seed)),
} as const;

export type BuildName = keyof typeof buildJobs;
export type BuildInput<Name extends BuildName> = Parameters<(typeof buildJobs)[Name]>[0];
export type BuildOutput<Name extends BuildName> = ReturnType<(typeof buildJobs)[Name]>;

/** What a thread is told, and what it says. */
export interface BuildRequest {
  name: BuildName;
  input: unknown;
}
export type BuildResponse = { output: unknown } | { code: ErrorCode };

/** Does one job. */
export function runBuild<Name extends BuildName>(
  name: Name,
  input: BuildInput<Name>,
): BuildOutput<Name> {
  const job = buildJobs[name] as (given: BuildInput<Name>) => BuildOutput<Name>;
  return job(input);
}
