import { type ChildProcess, spawn } from 'node:child_process';
import { type BackoffLimits, backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import type { PaintState } from './paint-watch.ts';

/** The page's state by the kiosk that serves it; `away`: the kiosk does not answer. */
export type PageState = PaintState | 'away';

/** What the keeper reports; `reason` is a stable code. */
export type KeeperEvent =
  | { event: 'started' }
  | { event: 'ended'; reason: 'exited' | 'pageStuck' | 'noPage' }
  | { event: 'givenUp'; reason: 'neverPainted' };

export interface KeeperTimes {
  /** How often the kiosk is asked for the page's state, in milliseconds. */
  lookMs: number;
  /** How long a running browser may show no page, in milliseconds. */
  aloneMs: number;
}

export const defaultKeeperTimes: KeeperTimes = { lookMs: 2_000, aloneMs: 30_000 };

export interface KeeperDeps {
  /** The browser and its arguments. */
  command: readonly [string, ...string[]];
  env?: NodeJS.ProcessEnv;
  /** The page's state; never rejects. */
  look(): Promise<PageState>;
  clock: Clock;
  random: () => number;
  onEvent(event: KeeperEvent): void;
  times?: KeeperTimes;
}

const AGAIN: BackoffLimits = { firstMs: 250, longestMs: 10_000, factor: 2 };
/** Browsers in a row that end without having painted, until the keeper gives up and its service restarts. */
const UNPAINTED_MAX = 5;

/**
 * Keeps a browser on the kiosk's page. It restarts the browser when it ends, and kills it with all its
 * processes when the kiosk says that the page does not paint or that there is none. While the kiosk does
 * not answer the browser stays: its page reconnects by itself.
 */
export class BrowserKeeper {
  readonly #deps: KeeperDeps;
  readonly #times: KeeperTimes;
  #child: ChildProcess | undefined;
  #cancel: () => void = () => {};
  #aloneSince: number | undefined;
  /** Browsers in a row that never painted. */
  #unpainted = 0;
  #ending: 'pageStuck' | 'noPage' | undefined;
  #state: 'stopped' | 'running' | 'givenUp' = 'stopped';

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#times = deps.times ?? defaultKeeperTimes;
  }

  /** The browser's process id, which is also its process group's. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    this.#state = 'running';
    this.#begin();
  }

  /** Ends the browser and everything that it started. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#cancel();
    const child = this.#child;
    if (child) {
      const gone = new Promise((resolve) => child.once('close', resolve));
      killGroup(child);
      await gone;
    }
  }

  #begin(): void {
    const [program, ...words] = this.#deps.command;
    // A process group of its own, so that all its processes can be killed at once, even stopped ones.
    const child = spawn(program, words, {
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: this.#deps.env,
    });
    this.#child = child;
    this.#aloneSince = this.#deps.clock.monotonic();
    this.#ending = undefined;
    this.#unpainted += 1;
    child.once('error', () => this.#ended(child));
    child.once('close', () => this.#ended(child));
    this.#deps.onEvent({ event: 'started' });
    this.#lookLater();
  }

  #lookLater(): void {
    this.#cancel();
    this.#cancel = this.#deps.clock.after(this.#times.lookMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    const child = this.#child;
    const state = await this.#deps.look();
    if (this.#state !== 'running' || child === undefined || child !== this.#child) {
      return;
    }
    this.#judge(child, state);
    this.#lookLater();
  }

  #judge(child: ChildProcess, state: PageState): void {
    const now = this.#deps.clock.monotonic();
    switch (state) {
      case 'painting':
        this.#unpainted = 0;
        this.#aloneSince = undefined;
        return;
      case 'away':
        this.#aloneSince = undefined;
        return;
      case 'stuck':
        this.#end(child, 'pageStuck');
        return;
      case 'alone':
        this.#aloneSince ??= now;
        if (now - this.#aloneSince >= this.#times.aloneMs) {
          this.#end(child, 'noPage');
        }
    }
  }

  #end(child: ChildProcess, reason: 'pageStuck' | 'noPage'): void {
    this.#ending = reason;
    killGroup(child);
  }

  #ended(child: ChildProcess): void {
    if (child !== this.#child) {
      return;
    }
    this.#child = undefined;
    this.#cancel();
    // Processes that a crashed browser left must not stay on the screen beside the next one.
    killGroup(child);
    if (this.#state !== 'running') {
      return;
    }
    this.#deps.onEvent({ event: 'ended', reason: this.#ending ?? 'exited' });
    if (this.#unpainted >= UNPAINTED_MAX) {
      this.#state = 'givenUp';
      this.#deps.onEvent({ event: 'givenUp', reason: 'neverPainted' });
      return;
    }
    const { clock, random } = this.#deps;
    const waitMs = this.#unpainted === 0 ? 0 : backoffMs(this.#unpainted, AGAIN, random());
    this.#cancel = clock.after(waitMs, () => this.#begin());
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // No process of the group is left.
    }
  }
}

const LOOK_TIMEOUT_MS = 3_000;

/** Asks the kiosk that serves a page for the page's state. */
export async function lookAtPage(url: string): Promise<PageState> {
  try {
    const signal = AbortSignal.timeout(LOOK_TIMEOUT_MS);
    const response = await fetch(new URL('/painting', url), { signal, redirect: 'error' });
    const state: unknown = await response.json();
    return state === 'alone' || state === 'painting' || state === 'stuck' ? state : 'away';
  } catch {
    return 'away';
  }
}
