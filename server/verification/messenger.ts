import type { Tx } from '../store/store.ts';

/** Sends one-time codes and second-level answers to the citizen; throws when the message was not accepted. */
export interface Messenger {
  /**
   * @param one.tx the transaction that issues the code: the message leaves only if it commits.
   * @param one.key names the message, for {@link isSent}.
   * @throws VarcoError `messageThrottled` when the person was sent too many codes lately.
   */
  sendCode(
    to: { mobile: string; personId?: number | undefined },
    code: string,
    one: { tx: Tx; key: string },
  ): Promise<void>;
  sendDetail(to: { email: string; personId?: number | undefined }, text: string): Promise<void>;
  /** Whether the transport has taken the message; absent: `sendCode` returns only once it has. */
  isSent?(tx: Tx, key: string): Promise<'sent' | 'waiting' | 'failed'>;
}

/** What a citizen is warned of. `guessing`: somebody tries codici fiscali with the citizen's code. */
export type Warning = 'guessing' | 'codesLocked';

/** Warns citizens of what others do with their codes, through a contact on file. */
export interface Warnings {
  /** Queues the warning in the caller's transaction. @param key the same key again is the same warning. */
  warn(tx: Tx, personId: number, warning: Warning, key: string): Promise<void>;
}
