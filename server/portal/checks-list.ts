import { type Check, type ChecksDeps, checksOf } from '../audit/citizen-checks.ts';
import { windowOf } from '../guessing/counted-windows.ts';

/** A page of the list has this many entries, and those that share a quarter of an hour with its last. */
const ENTRIES_PER_PAGE = 50;

export interface ChecksPage {
  checks: Check[];
  /** Where the next page begins: Unix milliseconds, for `before`; absent on the last page. */
  older: number | undefined;
}

/**
 * A page of *who checked me*, newest first. Attempts that were refused are one entry for each place and
 * quarter of an hour, so that whoever tries a thousand times hides nothing.
 *
 * @param options.before a page's `older`; absent: the first page.
 */
export async function checksPage(
  deps: ChecksDeps,
  codiceFiscale: string,
  options: { before?: number | undefined; entriesMin?: number } = {},
): Promise<ChecksPage> {
  const entriesMin = options.entriesMin ?? ENTRIES_PER_PAGE;
  let read: Check[] = [];
  for await (const checks of checksOf(deps, codiceFiscale, { before: options.before })) {
    // What is merged already stays merged: memory is bounded by what is shown.
    read = mergeRefusals([...read, ...checks]);
    const older = windowOf(read[entriesMin - 1]?.at ?? 0);
    if (older > 0 && read.some(({ at }) => at < older)) {
      return { checks: read.filter(({ at }) => at >= older), older };
    }
  }
  return { checks: read, older: undefined };
}

/** All of a citizen's checks, as the pages show them. */
export async function allChecks(deps: ChecksDeps, codiceFiscale: string): Promise<Check[]> {
  let all: Check[] = [];
  for await (const checks of checksOf(deps, codiceFiscale)) {
    // Only the end of the list can go on: the rest is not looked at again.
    const open = windowOf(all.at(-1)?.at ?? 0);
    const first = all.findIndex(({ at }) => windowOf(at) === open);
    const done = first < 0 ? all : all.slice(0, first);
    all = [...done, ...mergeRefusals([...all.slice(done.length), ...checks])];
  }
  return all;
}

/** Merges refused attempts of the same place and quarter of an hour; newest first. Pure. */
export function mergeRefusals(checks: readonly Check[]): Check[] {
  const merged: Check[] = [];
  const byPlace = new Map<string, number>();
  for (const check of checks) {
    const key = `${windowOf(check.at)} ${placeOf(check)}`;
    const index = isRefusal(check) ? byPlace.get(key) : undefined;
    const before = index === undefined ? undefined : merged[index];
    if (index !== undefined && before) {
      merged[index] = together(before, check);
    } else {
      if (isRefusal(check)) {
        byPlace.set(key, merged.length);
      }
      merged.push(check);
    }
  }
  return merged.sort((a, b) => b.at - a.at);
}

/** Whether a check disclosed nothing, because the codice fiscale was wrong or too many had been. */
function isRefusal({ verdict }: Check): boolean {
  const { outcome } = verdict;
  const isDenied =
    outcome === 'denied' && 'reason' in verdict && verdict.reason === 'notRecognised';
  return isDenied || outcome === 'notRecognised' || outcome === 'throttled';
}

/** A gate or a desk; readers of the public page are all in one place. */
function placeOf({ asker, kind }: Check): string {
  return `${kind} ${asker.startsWith('reader:') ? 'reader' : asker}`;
}

function together(one: Check, other: Check): Check {
  const last = one.at >= other.at ? one : other;
  return {
    ...last,
    reference: undefined,
    attempts: (one.attempts ?? 1) + (other.attempts ?? 1),
    since: Math.min(one.since ?? one.at, other.since ?? other.at),
  };
}
