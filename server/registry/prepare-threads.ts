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

/** Beside the thread that writes; more would wait for it. */
const THREADS_MAX = 3;
/** So many blocks are prepared here, so that a small file pays for no thread. */
const BLOCKS_HERE = 4;

const ENTRY = new URL('./prepare.worker', import.meta.url);

interface Waiting {
  resolve(prepared: PreparedBlock): void;
  reject(error: unknown): void;
}

/** Prepares blocks of an import on as many threads as there are processors beside the writer's. */
export class PreparePool {
  readonly #threads: number;
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #fault: VarcoError | undefined;

  constructor(threads = Math.min(THREADS_MAX, availableParallelism() - 1)) {
    this.#threads = threads;
  }

  /**
   * @param block its memory goes to the thread: it is empty afterwards.
   * @throws VarcoError `importFailed` when a thread died.
   */
  prepare(block: Block, today: string): Promise<PreparedBlock> {
    this.#asked += 1;
    if (this.#threads === 0 || this.#asked <= BLOCKS_HERE) {
      return Promise.resolve(prepareBlock(block, today));
    }
    if (this.#workers.length === 0) {
      this.#open();
    }
    const id = this.#asked;
    const worker = this.#workers[id % this.#workers.length];
    return new Promise((resolve, reject) => {
      if (this.#fault) {
        reject(this.#fault);
        return;
      }
      this.#waiting.set(id, { resolve, reject });
      const question: PrepareRequest = { id, block, today };
      worker?.postMessage(question, [block.bytes.buffer as ArrayBuffer]);
    });
  }

  async close(): Promise<void> {
    this.#fault ??= new VarcoError('importFailed', 'The import has ended');
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #open(): void {
    for (let opened = 0; opened < this.#threads; opened += 1) {
      const worker = startThread(ENTRY);
      worker.on('message', ({ id, prepared }: PrepareResponse) => {
        this.#waiting.get(id)?.resolve(prepared);
        this.#waiting.delete(id);
      });
      worker.once('error', (cause) => this.#fail(cause));
      worker.once('exit', (code) => this.#fail(code));
      this.#workers.push(worker);
    }
  }

  #fail(cause: unknown): void {
    this.#fault ??= new VarcoError('importFailed', 'A thread of the import died', { cause });
    for (const { reject } of this.#waiting.values()) {
      reject(this.#fault);
    }
    this.#waiting.clear();
  }
}
