import type { ErrorCode } from '../error-codes.ts';

/**
 * A frame of `varco.v1`, a JSON array in one WebSocket text message:
 * `[2, id, action, payload]` a call, `[3, id, payload]` its answer, `[4, id, code, details]` its failure.
 */
export type Frame =
  | { type: 'call'; id: string; action: string; payload: unknown }
  | { type: 'answer'; id: string; payload: unknown }
  | { type: 'failure'; id: string; code: string; details: unknown };

/** The WebSocket subprotocol is the protocol's version. */
export const SUBPROTOCOL = 'varco.v1';

/** The largest frame either end accepts, in UTF-16 code units. */
export const FRAME_LENGTH_MAX = 16_384;

/**
 * What a socket may receive before it is closed outright, in bytes. Above {@link FRAME_LENGTH_MAX} so
 * that a frame somewhat too large is answered with `tooLarge` and the connection survives.
 */
export const SOCKET_PAYLOAD_BYTES_MAX = 4 * FRAME_LENGTH_MAX;

/**
 * Every failure code that may stand in a frame; a closed set.
 *
 * - `formatViolation` not a frame; `tooLarge` over the bound; `unknownAction` no such action here;
 *   `payloadInvalid` the payload is not of the action's schema.
 * - `notAccepted` the action is not allowed before boot; `busy` too many calls at once or in a second.
 * - `unavailable` the answer can't be had now (a database, an upstream); `internal` a fault of ours.
 */
export const failureCodes = [
  'formatViolation',
  'tooLarge',
  'unknownAction',
  'payloadInvalid',
  'notAccepted',
  'busy',
  'unavailable',
  'internal',
] as const satisfies readonly ErrorCode[];
export type FailureCode = (typeof failureCodes)[number];

const ID_LENGTH_MAX = 64;

export type ParsedFrame =
  | { ok: true; frame: Frame }
  /** `id`: the call's id if a broken frame still holds one, else empty. */
  | { ok: false; code: 'formatViolation' | 'tooLarge'; id: string };

/** Reads one message. Never throws, whatever the text. */
export function parseFrame(text: string): ParsedFrame {
  if (text.length > FRAME_LENGTH_MAX) {
    return { ok: false, code: 'tooLarge', id: '' };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, code: 'formatViolation', id: '' };
  }
  const frame = toFrame(json);
  if (!frame) {
    const suspect = Array.isArray(json) && json[0] === 2 && isName(json[1]) ? json[1] : '';
    return { ok: false, code: 'formatViolation', id: suspect };
  }
  return { ok: true, frame };
}

/** Checked by hand, since every message of every gate comes through here. */
function toFrame(json: unknown): Frame | undefined {
  if (!Array.isArray(json)) {
    return undefined;
  }
  const parts: unknown[] = json;
  const [type, id, second, third] = parts;
  if (type === 2 && json.length === 4 && isName(id) && isName(second)) {
    return { type: 'call', id, action: second, payload: third };
  }
  if (type === 3 && json.length === 3 && isName(id)) {
    return { type: 'answer', id, payload: second };
  }
  // A failure's id is empty when the call's is unknown.
  if (type === 4 && json.length === 4 && isShort(id) && isShort(second)) {
    return { type: 'failure', id, code: second, details: third };
  }
  return undefined;
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= ID_LENGTH_MAX;
}

function isName(value: unknown): value is string {
  return isShort(value) && value !== '';
}

/** Writes one message. */
export function formatFrame(frame: Frame): string {
  switch (frame.type) {
    case 'call':
      return JSON.stringify([2, frame.id, frame.action, frame.payload]);
    case 'answer':
      return JSON.stringify([3, frame.id, frame.payload]);
    case 'failure':
      return JSON.stringify([4, frame.id, frame.code, frame.details]);
  }
}
