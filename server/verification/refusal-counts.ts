import type { Asker } from '../audit/asker.ts';
import type { Audit, AuditEvent } from '../audit/audit.ts';
import {
  type CountedWindow,
  CountedWindows,
  WINDOW_MS,
  windowOf,
} from '../guessing/counted-windows.ts';
import type { Store } from '../store/store.ts';

/** Bound on the codes whose refused attempts are counted at the same time. */
const WINDOWS_MAX = 4096;
/** The first refused attempt of each window has a row of its own. */
const RECORDED_MAX = 1;

/** What was refused, as its audit rows say it. */
export interface Refusal {
  kind: string;
  outcome: string;
}

/** About whom attempts were refused, and who made the first of them. */
interface Note extends Refusal {
  subject: string | undefined;
  asker: Asker;
  policy: string;
}

/**
 * The attempts that were refused before they were looked at, most of them because too many came before. A
 * row each would fill the audit, and the person's list of checks, at the pace of whoever holds a photograph
 * of a code, or asks at a desk without end; so the first of each code, outcome and quarter of an hour has its row,
 * and the others together a second one with their count, once the quarter is over. Both are chained like any
 * other row.
 */
export class RefusalCounts {
  readonly #store: Store;
  readonly #audit: Audit;
  readonly #now: () => number;
  readonly #windows = new CountedWindows<Note>({
    windowsMax: WINDOWS_MAX,
    recordedMax: RECORDED_MAX,
    recordedInAllMax: WINDOWS_MAX,
    // About nobody in particular: the rows of their codes say that it began.
    overflow: {
      kind: 'firstLevel',
      outcome: 'throttled',
      subject: undefined,
      asker: { id: 'reader:several', site: 'reading:several' },
      policy: '-',
    },
  });

  constructor(deps: { store: Store; audit: Audit; now: () => number }) {
    this.#store = deps.store;
    this.#audit = deps.audit;
    this.#now = deps.now;
  }

  /** Counts a refused attempt, if an earlier one of this code and window has its row. */
  countKnown(asker: Asker, credentialId: string, refusal: Refusal, now: number): boolean {
    return this.#windows.countKnown(keyOf(asker, credentialId, refusal), now);
  }

  /** Whether a refused attempt needs a row of its own; otherwise it was counted. */
  mustRecord(asker: Asker, credentialId: string, note: Omit<Note, 'asker'>, now: number): boolean {
    return this.#windows.mustRecord(keyOf(asker, credentialId, note), { ...note, asker }, now);
  }

  /** Writes the counts of the windows that have ended; with `all`, those of the current one too. */
  async close(all = false): Promise<void> {
    const before = all ? Number.MAX_SAFE_INTEGER : windowOf(this.#now());
    await this.#windows.close(before, (counted) =>
      this.#store.transaction(async (tx) => {
        for (const window of counted) {
          await this.#audit.append(tx, [toEvent(window)], atOf(window, this.#now()));
        }
      }),
    );
  }
}

/** All readers of the public page count together: addresses are cheap. */
function keyOf(asker: Asker, credentialId: string, { kind, outcome }: Refusal): string {
  const who = asker.id.startsWith('reader:') ? 'reader' : asker.id;
  return `${who} ${kind} ${outcome} ${credentialId}`;
}

/** Within its window, so that it stands in the list of checks where the attempts were made. */
function atOf({ from }: CountedWindow<Note>, now: number): number {
  return Math.min(now, from + WINDOW_MS - 1);
}

function toEvent({ note, count, since, until }: CountedWindow<Note>): AuditEvent {
  const { kind, outcome, subject, asker, policy } = note;
  const verdict = outcome === 'throttled' ? { outcome, retryAfterMs: 0 } : { outcome };
  const body = { asker: asker.id, site: asker.site, policy, verdict };
  return { kind, subject, body: { ...body, attempts: count, since, until } };
}
