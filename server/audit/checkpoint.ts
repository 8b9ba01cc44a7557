import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Head } from './chain.ts';
import { removeFromIndex } from './subject-index.ts';

/** The longest time from a row to the checkpoint that signs it. */
export const CHECKPOINT_EVERY_MS = 10_000;
/** Audit rows are kept for this long at most (domain §8). */
export const RETENTION_MONTHS_MAX = 12;

/** `head`: the chain ended here; `pruned`: every row up to here was deleted. */
type CheckpointKind = 'head' | 'pruned';

/** The bytes under a checkpoint's signature. */
export function checkpointMessage(
  node: string,
  { sequence, hash }: Head,
  at: number,
  kind: string,
): Uint8Array {
  return new TextEncoder().encode(
    ['varco checkpoint 1', node, sequence, hash, at, kind].join('\n'),
  );
}

/** Signs the head of this node's chain as it grows, and prunes old rows. */
export class Checkpoints {
  readonly #store: Store;
  readonly #keyring: Keyring;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #node: string;
  #cancel: (() => void) | undefined;
  #running = false;

  constructor(deps: { store: Store; keyring: Keyring; clock: Clock; log: Log; node: string }) {
    this.#store = deps.store;
    this.#keyring = deps.keyring;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#node = deps.node;
  }

  start(): void {
    this.#running = true;
  }

  /** Signs the last head, so that a stopped server leaves nothing unsigned; does nothing before `start`. */
  async stop(): Promise<void> {
    if (!this.#running) {
      return;
    }
    this.#running = false;
    this.#cancel?.();
    await this.sign();
  }

  /** The chain grew: signs its head within {@link CHECKPOINT_EVERY_MS}. */
  signSoon(): void {
    if (this.#cancel || !this.#running) {
      return;
    }
    this.#cancel = this.#clock.after(CHECKPOINT_EVERY_MS, () => {
      this.#cancel = undefined;
      this.sign().catch((error: unknown) => {
        this.#log.error({ code: errorCode(error) }, 'no checkpoint');
        this.signSoon();
      });
    });
  }

  /** Signs the head as it is; does nothing when it is signed already. */
  async sign(): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const head = await tx
        .selectFrom('audit_head')
        .select(['sequence', 'hash'])
        .where('node', '=', this.#node)
        .executeTakeFirst();
      if (head && head.sequence > 0) {
        await this.#insert(tx, this.#node, head, 'head');
      }
    });
  }

  /**
   * Deletes every row older than a time, of every node; a signed note keeps each chain provable.
   *
   * @returns how many rows were deleted.
   */
  async prune(before: number): Promise<number> {
    return this.#store.transaction(async (tx) => {
      let gone = 0;
      for (const { node } of await tx.selectFrom('audit_head').select('node').execute()) {
        gone += await this.#pruneNode(tx, node, before);
      }
      return gone;
    });
  }

  async #pruneNode(tx: Tx, node: string, before: number): Promise<number> {
    const rows = tx.selectFrom('audit').where('node', '=', node);
    const kept = await rows
      .select((row) => row.fn.min('sequence').as('sequence'))
      .where('at', '>=', before)
      .executeTakeFirst();
    const last = await rows
      .select(['sequence', 'hash'])
      .where('sequence', '<', kept?.sequence ?? Number.MAX_SAFE_INTEGER)
      .orderBy('sequence', 'desc')
      .executeTakeFirst();
    if (!last) {
      return 0;
    }
    await this.#insert(tx, node, last, 'pruned');
    await removeFromIndex(tx, node, last.sequence);
    const { numDeletedRows } = await tx
      .deleteFrom('audit')
      .where('node', '=', node)
      .where('sequence', '<=', last.sequence)
      .executeTakeFirstOrThrow();
    await tx
      .deleteFrom('checkpoint')
      .where('node', '=', node)
      .where('sequence', '<', last.sequence)
      .execute();
    return Number(numDeletedRows);
  }

  async #insert(tx: Tx, node: string, head: Head, kind: CheckpointKind): Promise<void> {
    const at = this.#clock.now();
    const { keyId, sign } = this.#keyring.auditSigner();
    const signature = Buffer.from(sign(checkpointMessage(node, head, at, kind)));
    await tx
      .insertInto('checkpoint')
      .values({
        node,
        ...head,
        at,
        kind,
        key_id: keyId,
        signature: signature.toString('base64url'),
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
