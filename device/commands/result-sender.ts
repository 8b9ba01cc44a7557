import { errorCode } from '../../shared/errors.ts';
import {
  type CommandResultPart,
  RESULT_PART_MAX,
  RESULT_PARTS_MAX,
} from '../../shared/protocol/command.ts';
import type { KioskLink, KioskLog } from '../kiosk-options.ts';

const CALL_TIMEOUT_MS = 10_000;

/** How a command ended. */
export type Ended =
  | { outcome: 'done'; type?: NonNullable<CommandResultPart['type']>; data?: string }
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
    ...(type ? { type, data: piece } : {}),
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

/** Brings a result to the server, part by part. One that can't be told is given up: the site asks again. */
export async function sendResult(
  link: Pick<KioskLink, 'call'>,
  log: KioskLog,
  id: string,
  ended: Ended,
): Promise<void> {
  try {
    for (const part of resultParts(id, ended)) {
      await link.call('CommandResult', part, CALL_TIMEOUT_MS);
    }
  } catch (error) {
    log.warn({ event: 'resultNotTold', code: errorCode(error) }, 'a command’s result');
  }
}
