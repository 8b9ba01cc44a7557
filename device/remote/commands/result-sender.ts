import { errorCode } from '../../../shared/errors.ts';
import {
  type CommandResultPart,
  RESULT_PART_MAX,
  RESULT_PARTS_MAX,
} from '../../../shared/protocol/kiosk-command.ts';
import type { ServerCalls } from '../../link/kiosk-link.ts';
import type { KioskLog } from '../../log.ts';

const CALL_TIMEOUT_MS = 10_000;

/** How a command ended. */
export type Ended =
  | { outcome: 'done'; type?: CommandResultPart['type']; data?: string }
  | { outcome: 'failed'; code: string };

/**
 * Splits a result into parts that fit a frame; what is beyond the bound is cut from its beginning, since
 * the end of a log is what was asked for. Pure.
 */
export function resultParts(id: string, ended: Ended): CommandResultPart[] {
  if (ended.outcome === 'failed') {
    return [{ id, part: 0, last: true, outcome: 'failed', code: ended.code.slice(0, 64) }];
  }
  const { type } = ended;
  const data = (ended.data ?? '').slice(-RESULT_PART_MAX * RESULT_PARTS_MAX);
  const pieces = splitText(data);
  return pieces.map((piece, part) => ({
    id,
    part,
    last: part === pieces.length - 1,
    outcome: 'done',
    type,
    data: type && piece,
  }));
}

/** No character is cut in two: a half of a surrogate pair would not survive the wire. */
function splitText(text: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  do {
    let end = Math.min(text.length, start + RESULT_PART_MAX);
    if (end < text.length && /[\uD800-\uDBFF]/.test(text.charAt(end - 1))) {
      end -= 1;
    }
    pieces.push(text.slice(start, end));
    start = end;
  } while (start < text.length && pieces.length < RESULT_PARTS_MAX);
  return pieces;
}

/** Ends that wait for a link, at most; of more the oldest is given up. */
const WAITING_MAX = 8;
/** Codes of a call that did not reach the server: the result is sent again. */
const undelivered: readonly string[] = ['closed', 'timeout', 'unavailable', 'busy'];

/**
 * Sends results to the server, part by part. One that the link or the server's absence held up is sent
 * again when the link is back, so that the site learns how its command ended.
 */
export class ResultSender {
  readonly #link: ServerCalls;
  readonly #log: KioskLog;
  readonly #waiting = new Map<string, Ended>();

  constructor(link: ServerCalls, log: KioskLog) {
    this.#link = link;
    this.#log = log;
  }

  /** Never rejects. */
  async send(id: string, ended: Ended): Promise<void> {
    try {
      for (const part of resultParts(id, ended)) {
        await this.#link.call('CommandResult', part, CALL_TIMEOUT_MS);
      }
    } catch (error) {
      const code = errorCode(error);
      if (undelivered.includes(code)) {
        this.#keep(id, ended);
      }
      this.#log.warn({ event: 'resultNotSent', code }, 'a command’s result');
    }
  }

  /** The link is up: what waits is sent, one after another. */
  async linkUp(): Promise<void> {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [id, ended] of waiting) {
      await this.send(id, ended);
    }
  }

  #keep(id: string, ended: Ended): void {
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size >= WAITING_MAX && oldest !== undefined) {
      this.#waiting.delete(oldest);
    }
    this.#waiting.set(id, ended);
  }
}
