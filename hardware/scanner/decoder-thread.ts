import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../shared/clock.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { DecodeOutcome, DecodeRequest } from './decode/decoder.ts';
import type { LumaFrame } from './decode/frame.ts';
import type { ThreadAnswer, ThreadQuestion, ThreadSetup } from './decode/thread-messages.ts';

/** Why a picture was not decoded. */
export type DecoderThreadProblem =
  | 'decoderStopped'
  | 'decoderFailed'
  | 'decoderTimeout'
  | 'decoderUnavailable';

/** An outcome, with the time that the thread took. */
export interface TimedOutcome extends DecodeOutcome {
  /** In milliseconds. */
  ms: number;
}

/** A picture that takes longer has hung the decoder, and the thread is replaced; in milliseconds. */
const ANSWER_TIMEOUT_MS = 5000;
const READY_TIMEOUT_MS = 15_000;
/** Most pictures in the thread's queue; a camera sends the next one only after an answer. */
const WAITING_MAX = 4;

/** The thread's code, beside this file, as source or as built. */
export const DECODE_WORKER_URL = new URL(
  `./decode/decode.worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`,
  import.meta.url,
);

export interface DecoderThreadDeps {
  clock: Clock;
  workerUrl?: URL;
  /** Called when the thread no longer needs a picture's memory. */
  recycle?: (memory: ArrayBuffer) => void;
}

interface Waiting {
  resolve(outcome: TimedOutcome): void;
  reject(error: VarcoError<DecoderThreadProblem>): void;
  cancelTimeout(): void;
}

/**
 * A decoder in its own thread, so that decoding never blocks the kiosk. When a picture hangs or crashes
 * the decoder, only that picture is lost: the thread is replaced and decodes the next one.
 */
export class DecoderThread {
  readonly #setup: ThreadSetup;
  readonly #deps: DecoderThreadDeps;
  readonly #waiting = new Map<number, Waiting>();
  #isRunning = false;
  #worker: Promise<Worker> | undefined;
  #nextId = 1;

  constructor(setup: ThreadSetup, deps: DecoderThreadDeps) {
    this.#setup = setup;
    this.#deps = deps;
  }

  /** @throws VarcoError `decoderUnavailable` when the decoder can't be loaded. */
  async start(): Promise<void> {
    this.#isRunning = true;
    await this.#ensureWorker();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#replace('decoderStopped');
  }

  /**
   * The picture's memory moves to the thread: the caller must not use `frame.data` afterwards.
   *
   * @throws VarcoError with a {@link DecoderThreadProblem}.
   */
  async decode(frame: LumaFrame, request: DecodeRequest): Promise<TimedOutcome> {
    if (!this.#isRunning) {
      throw problem('decoderStopped');
    }
    const worker = await this.#ensureWorker();
    if (!this.#isRunning) {
      throw problem('decoderStopped');
    }
    if (this.#waiting.size >= WAITING_MAX) {
      throw problem('decoderFailed', new RangeError(`${WAITING_MAX} pictures are waiting`));
    }
    const id = this.#nextId++;
    return await new Promise<TimedOutcome>((resolve, reject) => {
      const cancelTimeout = this.#deps.clock.after(ANSWER_TIMEOUT_MS, () => {
        void this.#replace('decoderTimeout');
      });
      this.#waiting.set(id, { resolve, reject, cancelTimeout });
      const owned = ownMemory(frame);
      const question: ThreadQuestion = { id, frame: owned, request };
      worker.postMessage(question, [owned.data.buffer]);
    });
  }

  #ensureWorker(): Promise<Worker> {
    this.#worker ??= this.#spawn();
    return this.#worker;
  }

  #spawn(): Promise<Worker> {
    const worker = createWorker(this.#deps.workerUrl ?? DECODE_WORKER_URL, this.#setup);
    const ready = new Promise<Worker>((resolve, reject) => {
      const fail = (cause: unknown) => {
        cancelTimeout();
        reject(problem('decoderUnavailable', cause));
        if (this.#worker === ready) {
          void this.#replace('decoderFailed');
        }
      };
      const cancelTimeout = this.#deps.clock.after(READY_TIMEOUT_MS, () => {
        fail(new Error('The decoder did not start in time'));
      });
      worker.on('message', (answer: ThreadAnswer) => {
        if (answer.kind === 'ready') {
          cancelTimeout();
          resolve(worker);
        } else if (this.#worker === ready) {
          this.#settle(answer);
        }
      });
      worker.once('error', fail);
      worker.once('exit', (status) => fail(new Error(`The decoder's thread ended: ${status}`)));
    });
    // Without this a rejection would end the process when no `decode` awaits the same promise.
    ready.catch(() => worker.terminate());
    return ready;
  }

  #settle(answer: Exclude<ThreadAnswer, { kind: 'ready' }>): void {
    this.#deps.recycle?.(answer.memory);
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) {
      return;
    }
    this.#waiting.delete(answer.id);
    waiting.cancelTimeout();
    if (answer.kind === 'outcome') {
      waiting.resolve({ ...answer.outcome, ms: answer.ms });
    } else {
      waiting.reject(problem('decoderFailed', new Error(answer.code)));
    }
  }

  /** Ends the thread and rejects everything that waits for it; the next picture starts a new one. */
  async #replace(code: DecoderThreadProblem): Promise<void> {
    const old = this.#worker;
    this.#worker = undefined;
    for (const waiting of this.#waiting.values()) {
      waiting.cancelTimeout();
      waiting.reject(problem(code));
    }
    this.#waiting.clear();
    const worker = await old?.catch(() => undefined);
    await worker?.terminate();
  }
}

/** Copies a view into a larger buffer, because moving its memory would move the whole buffer. */
function ownMemory(frame: LumaFrame): LumaFrame {
  const { data } = frame;
  const whole = data.byteOffset === 0 && data.byteLength === data.buffer.byteLength;
  return whole ? frame : { ...frame, data: data.slice() };
}

function problem(code: DecoderThreadProblem, cause?: unknown): VarcoError<DecoderThreadProblem> {
  const detail = cause === undefined ? '' : ` (${errorCode(cause)})`;
  return new VarcoError(code, `The decoder gave no answer: ${code}${detail}`, { cause });
}

/**
 * From TypeScript source (tsx, vitest) the thread must register the loader itself: on Node 20 a loader
 * from `--import` does not apply to a worker's entry file. In a bundle the entry is plain JavaScript.
 */
function createWorker(url: URL, workerData: ThreadSetup): Worker {
  if (!url.pathname.endsWith('.ts')) {
    return new Worker(url, { workerData });
  }
  const found = createRequire(import.meta.url).resolve('tsx/esm/api');
  const loader = pathToFileURL(found.replace(/\.cjs$/, '.mjs'));
  const source = [
    `import { register } from ${JSON.stringify(loader.href)};`,
    'register();',
    `await import(${JSON.stringify(url.href)});`,
  ].join('\n');
  const entry = new URL(`data:text/javascript,${encodeURIComponent(source)}`);
  return new Worker(entry, { workerData, execArgv: [] });
}
