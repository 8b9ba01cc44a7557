import { type ChildProcess, spawn } from 'node:child_process';
import { Transform } from 'node:stream';
import type { Clock } from '../../shared/clock.ts';
import type { Health } from '../ports.ts';
import { type PlayerConfig, playerArgs, type Spawn } from './player.ts';

/** What sound drivers need from outside. */
export interface SoundDeps {
  clock: Clock;
  spawn?: Spawn;
}

/** The longest sound, in milliseconds: a player that hangs is killed. */
const SOUND_MAX_MS = 60_000;

/**
 * Plays one sound at a time by child processes: a player, and for speech a synthesiser piped into it. A
 * new sound, or `silence`, ends the current one at once.
 */
export class Sound {
  readonly #deps: SoundDeps;
  readonly #report: (health: Health) => void;
  #children: ChildProcess[] = [];
  #cancelLimit: (() => void) | undefined;
  #isFailing = false;

  constructor(deps: SoundDeps, report: (health: Health) => void) {
    this.#deps = deps;
    this.#report = report;
  }

  /** Plays 16-bit samples. */
  playSamples(samples: Uint8Array, player: PlayerConfig): void {
    this.silence();
    if (samples.length > 0) {
      const child = this.#start(player.program, playerArgs(player), 'ignore');
      child.stdin?.end(samples);
      this.#limit();
    }
  }

  /** Plays the WAV that a synthesiser writes for a text on its standard input. */
  playProgram(program: string, args: readonly string[], text: string, player: PlayerConfig): void {
    this.silence();
    const voice = this.#start(program, args, 'pipe');
    const speaker = this.#start(player.program, playerArgs(player), 'ignore');
    if (voice.stdout && speaker.stdin) {
      voice.stdout.pipe(withoutHeader()).pipe(speaker.stdin);
    }
    // Through a pipe and never as an argument: every user of the machine can see arguments.
    voice.stdin?.end(text);
    this.#limit();
  }

  silence(): void {
    this.#cancelLimit?.();
    this.#cancelLimit = undefined;
    const children = this.#children;
    this.#children = [];
    for (const child of children) {
      child.stdout?.unpipe();
      child.kill('SIGKILL');
    }
  }

  #limit(): void {
    this.#cancelLimit = this.#deps.clock.after(SOUND_MAX_MS, () => this.silence());
  }

  #start(program: string, args: readonly string[], output: 'pipe' | 'ignore'): ChildProcess {
    const start = this.#deps.spawn ?? spawn;
    const child = start(program, args, { stdio: ['pipe', output, 'ignore'] });
    this.#children.push(child);
    const isCurrent = () => this.#children.includes(child);
    child.stdin?.on('error', () => {
      // The program is gone; its `exit` or `error` event gives the reason.
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (isCurrent()) {
        this.#forget(child);
        this.#fail(error.code === 'ENOENT' ? `${program}Missing` : (error.code ?? 'unknown'));
      }
    });
    child.on('exit', (code) => {
      if (isCurrent()) {
        this.#forget(child);
        if (code === 0) {
          this.#recover();
        } else {
          this.#fail(`${program}Failed`);
        }
      }
    });
    return child;
  }

  #forget(child: ChildProcess): void {
    this.#children = this.#children.filter((other) => other !== child);
    if (this.#children.length === 0) {
      this.#cancelLimit?.();
      this.#cancelLimit = undefined;
    }
  }

  #fail(reason: string): void {
    this.#isFailing = true;
    this.#report({ state: 'failing', since: this.#deps.clock.now(), reason });
  }

  /** The player ended with success: sound works again. */
  #recover(): void {
    if (this.#isFailing && this.#children.length === 0) {
      this.#isFailing = false;
      this.#report({ state: 'ready', since: this.#deps.clock.now() });
    }
  }
}

const WAV_HEADER_BYTES = 44;

/** Strips the WAV header: espeak-ng writes the plain one, for 22,050 Hz, one channel, 16 bits. */
function withoutHeader(): Transform {
  let left = WAV_HEADER_BYTES;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const skipped = Math.min(left, chunk.length);
      left -= skipped;
      done(null, chunk.subarray(skipped));
    },
  });
}
