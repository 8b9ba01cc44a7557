import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { VarcoError } from '../../shared/errors.ts';

/** A guard that can't write its release is given up after this, in milliseconds. */
const STOP_TIMEOUT_MS = 2_000;

/** What releases the relay from outside: these bytes, written to this file. */
export interface ReleaseWrite {
  file: string;
  /** As `printf` writes them, such as `0` or `\365\014\000`. */
  bytes: string;
}

/**
 * A process that outlives ours by a moment. It waits on a pipe; when the pulse lasts longer than its
 * limit, or this process dies in any way (`kill -9` too, since the kernel closes the pipe), or the whole
 * service is told to end, it releases the relay. Nothing but a shell and coreutils take part, so it does
 * not share our faults: a blocked event loop, memory, the JavaScript engine.
 *
 * One guard serves one pulse; the next one is started as soon as a pulse ends, so arming costs one
 * write on a pipe.
 */
export class PulseGuard {
  readonly #release: ReleaseWrite;
  readonly #limitSeconds: number;
  #child: ChildProcess | undefined;

  constructor(release: ReleaseWrite, limitSeconds: number) {
    this.#release = release;
    this.#limitSeconds = limitSeconds;
  }

  /** Whether a guard stands ready. */
  get standing(): boolean {
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
   * The pulse begins now.
   *
   * @throws VarcoError `guardMissing` when there is no guard: without one the relay stays off.
   */
  arm(): void {
    if (!this.standing || !this.#child?.stdin?.writable) {
      throw new VarcoError('guardMissing', 'The relay has no guard and is not energised');
    }
    this.#child.stdin.write('\n');
  }

  /** The pulse is over: the guard writes its own release, ends, and the next one takes its place. */
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
      // Opening a serial port may wait for a carrier that never comes.
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(limit);
    }
  }

  #parameters(): string[] {
    return [String(this.#limitSeconds), this.#release.file, this.#release.bytes];
  }
}

// `read` waits to be armed, `cat` waits for the pipe to close, `timeout` bounds it, and whichever way it
// ends the relay is released. The trap covers a service manager that ends the whole group.
const GUARD = `
release() { printf "$3" > "$2"; }
trap 'release "$@"; exit 0' TERM INT HUP
read -r _ && timeout "$1" cat > /dev/null
release "$@"
`;

function ignore(): void {
  // The process is gone: `standing` says so, and nothing is energised without it.
}
