import type { Clock } from '../../shared/clock.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import { type AnswerOf, LIST_CHUNK_BYTES, type RequestOf } from '../../shared/protocol/messages.ts';
import type { ListStore } from './list-store.ts';

/** The calls that fetching a list takes, as the link makes them. */
export interface ListCalls {
  call(
    name: 'ListHead',
    request: RequestOf<'ListHead'>,
    timeoutMs: number,
  ): Promise<AnswerOf<'ListHead'>>;
  call(
    name: 'ListChunk',
    request: RequestOf<'ListChunk'>,
    timeoutMs: number,
  ): Promise<AnswerOf<'ListChunk'>>;
}

const CALL_TIMEOUT_MS = 10_000;
/** Between two chunks: some 40 a second leave the link, and its bound of calls, to people at the gate. */
const CHUNK_PAUSE_MS = 25;
/** A full list and a delta over it, and once more when one is refused. */
const ROUNDS_MAX = 4;

/** Refusals after which only a full list helps. */
const needsFull: readonly string[] = ['listDiverged', 'listForOther', 'listCorrupt'];

/**
 * Brings the newest list of this gate's policy: asks what to fetch, fetches it in chunks, and lets the
 * store check it and put it in force.
 *
 * @returns whether another list is in force than before.
 * @throws CallError of the link, OfflineListError when a full list is refused, VarcoError `listNotStored`.
 */
export async function syncList(store: ListStore, link: ListCalls, clock: Clock): Promise<boolean> {
  let changed = false;
  let isDamaged = false;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const { list, newest } = store;
    const { epoch, version } = list?.header ?? { epoch: 0, version: 0 };
    const have = list && !isDamaged ? { epoch, version, base: list.baseVersion } : undefined;
    const request = { ...(have ? { have } : {}), ...(newest ? { newest } : {}) };
    const head = await link.call('ListHead', request, CALL_TIMEOUT_MS);
    if (head.status !== 'fetch') {
      return changed;
    }
    const file = await fetchFile(head, link, clock);
    try {
      await store.accept(file);
      changed = true;
      isDamaged = false;
    } catch (error) {
      if (head.kind === 'full' || !needsFull.includes(errorCode(error))) {
        throw error;
      }
      isDamaged = true;
    }
  }
  return changed;
}

async function fetchFile(
  { kind, version, bytes }: AnswerOf<'ListHead'> & { status: 'fetch' },
  link: ListCalls,
  clock: Clock,
): Promise<Uint8Array> {
  const file = new Uint8Array(bytes);
  let offset = 0;
  while (offset < bytes) {
    const { data } = await link.call('ListChunk', { kind, version, offset }, CALL_TIMEOUT_MS);
    const part = Buffer.from(data, 'base64url');
    const expected = Math.min(LIST_CHUNK_BYTES, bytes - offset);
    if (part.length !== expected) {
      throw new VarcoError('listCorrupt', 'A part of the list is not as long as it should be');
    }
    file.set(part, offset);
    offset += part.length;
    if (offset < bytes) {
      await new Promise<void>((resolve) => clock.after(CHUNK_PAUSE_MS, resolve));
    }
  }
  return file;
}
