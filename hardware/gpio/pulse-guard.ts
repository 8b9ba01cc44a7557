import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { VarcoError } from '../../shared/errors.ts';

/** A guard that can't write its release is killed after this, in milliseconds. */
const STOP_TIMEOUT_MS = 2_000;

/** What releases the relay from another process: these bytes, written to this file. */
export interface ReleaseWrite {
  file: string;
  /** In `printf` notation, such as `0` or `\365\014\000`. */
  bytes: string;
}

/**
 * A process that outlives ours by a moment. It waits on a pipe and releases the relay when a pulse lasts
 * longer than its limit, when this process dies in any way (the kernel closes the pipe even after
 * `kill -9`), or when the whole service is stopped. It is a shell with coreutils and so does not share
 * our faults: a blocked event loop, exhausted memory, a crash of the JavaScript engine.
 *
 * One guard serves one pulse. The next is started as soon as a pulse ends, so that arming it costs no
 * more than a write to a pipe.
 */
export class PulseGuard {
  readonly #release: ReleaseWrite;
  readonly #limitSeconds: number;
  #child: ChildProcess | undefined;

  constructor(release: ReleaseWrite, limitSeconds: number) {
    this.#release = release;
    this.#limitSeconds = limitSeconds;
  }

  /** Whether a guard process is running. */
  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && !this.#child.killed;
  }

  /** @throws VarcoError `guardMissing` when no process can be started. */
  async start(): Promise<void> {
    const child = spawn('sh', ['-c', GUARD, 'pulse-guard', ...this.#parameters()], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin?.on('error', ignore);
    try {
      await once(child, 'spawn');
    } catch (cause) {
      throw new VarcoError('guardMissing', 'The guard of the relay could not be started', {
        cause,
      });
    }
    child.on('error', ignore);
    this.#child = child;
  }

  /**
   * Starts the limit of the pulse that begins now.
   *
   * @throws VarcoError `guardMissing` when no guard is running: then the relay must stay off.
   */
  arm(): void {
    if (!this.isRunning || !this.#child?.stdin?.writable) {
      throw new VarcoError('guardMissing', 'The relay has no guard and is not energised');
    }
    this.#child.stdin.write('\n');
  }

  /** The pulse is over: the guard writes its release and ends, and the next guard is started. */
  async renew(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.stdin?.end();
      // Opening a serial port may block for a carrier signal that never comes.
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(limit);
    }
  }

  #parameters(): string[] {
    return [String(this.#limitSeconds), this.#release.file, this.#release.bytes];
  }
}

// `read` waits to be armed, `cat` waits for the pipe to close, `timeout` limits that, and whichever ends
// first, the relay is released. The trap is for a service manager that stops the whole process group.
const GUARD = `
release() { printf "$3" > "$2"; }
trap 'release "$@"; exit 0' TERM INT HUP
read -r _ && timeout "$1" cat > /dev/null
release "$@"
`;

function ignore(): void {
  // The process is gone: `isRunning` is false, and nothing is energised without it.
}
