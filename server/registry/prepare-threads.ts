import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { VarcoError } from '../../shared/errors.ts';
import { startThread } from '../worker-thread.ts';
import type { Block } from './import-records.ts';
import { type PreparedBlock, prepareBlock } from './prepare.ts';

export interface PrepareRequest {
  id: number;
  block: Block;
  today: string;
}

export interface PrepareResponse {
  id: number;
  prepared: PreparedBlock;
}

/** More threads would only wait for the one that writes. */
const THREADS_MAX = 3;
/** The first blocks are prepared inline, so that a small file does not pay for starting threads. */
const INLINE_BLOCKS = 4;

const ENTRY = new URL('./prepare.worker', import.meta.url);

interface PendingBlock {
  resolve(prepared: PreparedBlock): void;
  reject(error: unknown): void;
}

/** Prepares blocks of an import on worker threads, one for each processor that the writer leaves free. */
export class PreparePool {
  readonly #threads: number;
  readonly #workers: Worker[] = [];
  readonly #pending = new Map<number, PendingBlock>();
  #submitted = 0;
  #failure: VarcoError | undefined;

  constructor(threads = Math.min(THREADS_MAX, availableParallelism() - 1)) {
    this.#threads = threads;
  }

  /**
   * @param block transferred to the thread, so its bytes are empty afterwards.
   * @throws VarcoError `importFailed` when a thread died.
   */
  prepare(block: Block, today: string): Promise<PreparedBlock> {
    this.#submitted += 1;
    if (this.#threads === 0 || this.#submitted <= INLINE_BLOCKS) {
      return Promise.resolve(prepareBlock(block, today));
    }
    if (this.#workers.length === 0) {
      this.#open();
    }
    const id = this.#submitted;
    const worker = this.#workers[id % this.#workers.length];
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      this.#pending.set(id, { resolve, reject });
      const request: PrepareRequest = { id, block, today };
      const { buffer } = block.bytes;
      worker?.postMessage(request, buffer instanceof ArrayBuffer ? [buffer] : []);
    });
  }

  async close(): Promise<void> {
    this.#failure ??= new VarcoError('importFailed', 'The import has ended');
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #open(): void {
    for (let opened = 0; opened < this.#threads; opened += 1) {
      const worker = startThread(ENTRY);
      worker.on('message', ({ id, prepared }: PrepareResponse) => {
        this.#pending.get(id)?.resolve(prepared);
        this.#pending.delete(id);
      });
      worker.once('error', (cause) => this.#fail(cause));
      worker.once('exit', (code) => this.#fail(code));
      this.#workers.push(worker);
    }
  }

  #fail(cause: unknown): void {
    this.#failure ??= new VarcoError('importFailed', 'A thread of the import died', { cause });
    for (const { reject } of this.#pending.values()) {
      reject(this.#failure);
    }
    this.#pending.clear();
  }
}
