import type { Clock } from '../../shared/clock.ts';
import { OfflineListError } from '../../shared/offline-list/list-file.ts';
import { type AnswerOf, LIST_CHUNK_BYTES, type RequestOf } from '../../shared/protocol/actions.ts';
import type { Have, ListStore } from './list-store.ts';

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

export interface FetchDeps {
  link: ListCalls;
  clock: Clock;
  /** Called with the server's answer, which says why there is no list. */
  onHead(head: AnswerOf<'ListHead'>): void;
}

const CALL_TIMEOUT_MS = 10_000;
/** Between two chunks: some 40 a second leave the link, and its bound of calls, to people at the gate. */
const CHUNK_PAUSE_MS = 25;

/**
 * Fetches the list of this gate's policy over the link: asks what is due, then its chunks.
 *
 * @param have what is in force; nothing when a full list is due.
 * @returns nothing when there is nothing newer, or the server has no list now.
 * @throws CallError of the link; OfflineListError `listCorrupt` when the parts do not make the whole.
 */
export async function fetchList(
  store: ListStore,
  have: Have | undefined,
  { link, clock, onHead }: FetchDeps,
): Promise<Uint8Array | undefined> {
  const { newest } = store;
  const head = await link.call('ListHead', { have, newest }, CALL_TIMEOUT_MS);
  onHead(head);
  return head.status === 'fetch' ? fetchFile(head, link, clock) : undefined;
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
    if (part.length !== Math.min(LIST_CHUNK_BYTES, bytes - offset)) {
      const message = 'A part of the list is not as long as it should be';
      throw new OfflineListError('listCorrupt', message);
    }
    file.set(part, offset);
    offset += part.length;
    if (offset < bytes) {
      await new Promise<void>((resolve) => clock.after(CHUNK_PAUSE_MS, resolve));
    }
  }
  return file;
}
