import type { ChildProcess, SpawnOptions } from 'node:child_process';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';

export type Spawn = (command: string, args: string[], options: SpawnOptions) => ChildProcess;

/** What a camera's command reports. */
export interface PipeEvents {
  data(chunk: Uint8Array): void;
  /** Called once, as the last event. */
  ended(reason: string): void;
}

/** How long a command may take to end before it is killed, in milliseconds. */
const KILL_AFTER_MS = 1000;
/** Characters kept of the command's error output, to find out why it ended. */
const ERROR_OUTPUT_MAX = 2048;

/** One run of a camera's command: its standard output, and why it ended. */
export class CameraPipe {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #closed: Promise<void>;
  #errorOutput = '';

  constructor(spawn: Spawn, command: readonly string[], clock: Clock, events: PipeEvents) {
    const [program = '', ...args] = command;
    this.#clock = clock;
    this.#child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const child = this.#child;
    child.stdout?.on('data', (chunk: Buffer) => events.data(chunk));
    child.stdout?.on('error', () => child.kill());
    child.stderr?.on('error', () => undefined);
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#errorOutput = (this.#errorOutput + chunk.toString('latin1')).slice(-ERROR_OUTPUT_MAX);
    });
    this.#closed = new Promise((resolve) => {
      let failure: string | undefined;
      child.once('error', (error) => {
        failure = commandProblem(errorCode(error));
        if (child.pid === undefined) {
          resolve();
          events.ended(failure);
        }
      });
      child.once('close', (status, signal) => {
        resolve();
        if (child.pid !== undefined) {
          events.ended(failure ?? endReason(this.#errorOutput, status, signal));
        }
      });
    });
  }

  /** Ends the command; resolves when it has ended. */
  async stop(): Promise<void> {
    const cancel = this.#clock.after(KILL_AFTER_MS, () => this.#child.kill('SIGKILL'));
    this.#child.kill('SIGTERM');
    await this.#closed;
    cancel();
  }
}

function commandProblem(code: string): string {
  return code === 'ENOENT' ? 'commandNotFound' : code === 'EACCES' ? 'permissionDenied' : code;
}

// Error output of rpicam-vid, libcamera-vid and ffmpeg, by reasons that a technician can act on.
const KNOWN_ERRORS: readonly (readonly [RegExp, string])[] = [
  [/permission denied/i, 'permissionDenied'],
  [/device or resource busy|in use by another process|failed to acquire camera/i, 'deviceBusy'],
  [/no cameras available|no such file or directory|no such device|cannot find/i, 'noCamera'],
];

/** A stable reason for the end of a camera's command. */
export function endReason(
  errorOutput: string,
  status: number | null,
  signal: string | null,
): string {
  for (const [pattern, reason] of KNOWN_ERRORS) {
    if (pattern.test(errorOutput)) {
      return reason;
    }
  }
  return signal ? `signal${signal}` : `exit${status ?? 'Unknown'}`;
}
