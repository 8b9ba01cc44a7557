import type { Verdict } from '../../shared/verdict.ts';
import type { Store } from '../store/store.ts';
import { answerOf, bodyOf } from './body.ts';

/** What the audit holds about a receipt: nobody's name, since a receipt has none. */
export interface ReceiptRecord {
  kiosk: string;
  requestId: string;
  verdict: Verdict;
  policy: string;
  /** When it was answered: by the server, or at the gate by its clock. Unix milliseconds. */
  decidedAt: number;
  /** `list`: answered at the gate, without the server. */
  source: 'server' | 'list';
  /** From a passage sensor, if there is one: whether somebody went through the opening. */
  passage?: 'passed' | 'notPassed' | undefined;
}

/** One request has four rows at most. */
const ROWS_MAX = 16;
const NUMBER = /^([0-9A-F]{4})-?([0-9A-F]{4})-?([0-9A-F]{4})$/i;

/**
 * Finds what a receipt stands for. Its number is the end of the request's id; this reads the whole
 * audit once, some seconds for a million rows, and is for a person at a desk.
 *
 * @param number such as `1F3A-9C20-77DE`.
 * @returns `undefined` when there is no such receipt, or its audit rows were pruned.
 */
export async function redeemReceipt(
  store: Store,
  number: string,
): Promise<ReceiptRecord | undefined> {
  const [, one, two, three] = NUMBER.exec(number.trim()) ?? [];
  if (one === undefined) {
    return undefined;
  }
  const rows = await store.db
    .selectFrom('audit')
    .select((row) => [row.ref('request').$notNull().as('request'), 'at', 'body'])
    .where((row) => {
      const end = `%-${one}${two}${three}`.toLowerCase();
      return row.or([row('request', 'like', `${end} kiosk:%`), row('request', 'like', end)]);
    })
    .limit(ROWS_MAX)
    .execute();
  const beginning = (words: string) => rows.find(({ request }) => request.startsWith(words));
  // If the list gave an answer, that is what opened the gate: the server's came too late.
  const fact = beginning('fact kiosk:');
  const answer = rows.find(({ request }) => / kiosk:[^ ]+$/.test(request));
  const row = fact ?? answer;
  if (!row) {
    return undefined;
  }
  const words = row.request.split(' ');
  const [asker = '', requestId = ''] = fact ? words.slice(1) : words.reverse();
  const verdict = answerOf<ReceiptRecord['verdict']>(row.body);
  const { policy = '', decidedAt = row.at } = bodyOf<ReceiptRecord>(row.body);
  const passed = beginning(`passage ${asker} ${requestId}`);
  const passage = passed && bodyOf<ReceiptRecord>(passed.body).passage;
  return {
    kiosk: asker.slice('kiosk:'.length),
    requestId,
    verdict,
    policy,
    decidedAt: fact ? decidedAt : row.at,
    source: fact ? 'list' : 'server',
    passage,
  };
}
