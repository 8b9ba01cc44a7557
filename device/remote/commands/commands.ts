import type { Signal } from '../../../hardware/ports.ts';
import type { Clock } from '../../../shared/clock.ts';
import { errorCode, VarcoError } from '../../../shared/errors.ts';
import type {
  CommandAnswer,
  CommandName,
  KioskCommand,
} from '../../../shared/protocol/kiosk-command.ts';
import type { ServerCalls } from '../../link/kiosk-link.ts';
import type { KioskLog } from '../../log.ts';
import { isResting } from '../../session/rest.ts';
import type { Screen } from '../../session/screen.ts';
import type { Phase, Service } from '../../session/state.ts';
import type { SelfTestResult } from '../../session/tested-parts.ts';
import type { RecentLog } from './recent-log.ts';
import { type Ended, ResultSender } from './result-sender.ts';
import { screenPicture } from './screen-picture.ts';

/** What commands do at the gate. */
export interface CommandedGate {
  phase(): Phase;
  screen(): Screen;
  /** When the display last painted, by the monotonic clock; `undefined`: never. */
  paintedAt(): number | undefined;
  service(state: Service, notice: string | undefined): void;
  selfTest(): Promise<readonly SelfTestResult[]>;
  signal(signal: Signal): void;
  /** Opens the turnstile for one person. */
  open(): Promise<void>;
  /** Looks for a newer list; `false`: this gate keeps none. */
  refreshList(): boolean;
}

export interface CommandsDeps {
  gate: CommandedGate;
  link: ServerCalls;
  clock: Clock;
  log: KioskLog;
  /**
   * Ends the program, or restarts the board: then it answers, or fails with `notAllowed` or another
   * code, before the program ends. Absent: whoever runs this kiosk can't be restarted.
   */
  restart?: ((what: 'program' | 'board') => Promise<void> | void) | undefined;
  recentLog?: RecentLog | undefined;
}

/** Answers that are remembered: the same command again is the same command. */
const REMEMBERED_MAX = 64;
/** The answer leaves before the program does. */
const RESTART_AFTER_MS = 500;
const BLINK_MS = 500;

/** Carries out the site's commands one by one, each at most once. */
export class Commands {
  readonly #deps: CommandsDeps;
  readonly #answers = new Map<string, Promise<CommandAnswer>>();
  readonly #results: ResultSender;
  #cancelBlink = () => {};

  constructor(deps: CommandsDeps) {
    this.#deps = deps;
    this.#results = new ResultSender(deps.link, deps.log);
  }

  /** The commands that this kiosk can carry out. */
  static capabilities(deps: Pick<CommandsDeps, 'restart' | 'recentLog'>): CommandName[] {
    const names: CommandName[] = ['identify', 'selfTest', 'outOfService', 'inService', 'updating'];
    names.push('refreshList', 'openOnce', 'screenshot');
    if (deps.restart) {
      names.push('restartProgram', 'restartBoard');
    }
    if (deps.recentLog) {
      names.push('collectLogs');
    }
    return names;
  }

  /** Ends the blinking of `identify`. */
  stop(): void {
    this.#cancelBlink();
  }

  /** The link is up: results that could not be sent are sent. */
  linkUp(): void {
    void this.#results.linkUp();
  }

  execute(id: string, command: KioskCommand): Promise<CommandAnswer> {
    const known = this.#answers.get(id);
    if (known) {
      return known;
    }
    const answer = this.#begin(id, command).catch((error: unknown): CommandAnswer => {
      this.#deps.log.warn({ event: 'commandFailed', code: errorCode(error) }, command.name);
      return { status: 'refused', code: 'failed' };
    });
    const [oldest] = this.#answers.keys();
    if (this.#answers.size >= REMEMBERED_MAX && oldest !== undefined) {
      this.#answers.delete(oldest);
    }
    this.#answers.set(id, answer);
    return answer;
  }

  async #begin(id: string, command: KioskCommand): Promise<CommandAnswer> {
    const { gate, log, restart, recentLog } = this.#deps;
    log.info({ event: 'command', command: command.name }, 'the site commands');
    switch (command.name) {
      case 'outOfService':
        gate.service('closed', command.message);
        return { status: 'done' };
      case 'inService':
        gate.service('open', undefined);
        return { status: 'done' };
      case 'updating':
        gate.service('updating', undefined);
        return { status: 'done' };
      case 'openOnce':
        return this.#openOnce();
      case 'refreshList':
        return gate.refreshList() ? { status: 'done' } : { status: 'refused', code: 'unsupported' };
      default:
        break;
    }
    // The rest waits until nobody is at the gate: whoever is there comes first.
    if (!isResting(gate.phase())) {
      return { status: 'busy' };
    }
    switch (command.name) {
      case 'identify':
        this.#blink(command.seconds * 1_000);
        return { status: 'done' };
      case 'selfTest':
        void gate.selfTest().then((results) => this.#end(id, json(results)));
        return { status: 'accepted' };
      case 'screenshot':
        void this.#picture().then((ended) => this.#end(id, ended));
        return { status: 'accepted' };
      case 'collectLogs':
        if (!recentLog) {
          return { status: 'refused', code: 'unsupported' };
        }
        void this.#end(id, text(recentLog.last(command.lines)));
        return { status: 'accepted' };
      case 'restartProgram':
        if (!restart) {
          return { status: 'refused', code: 'unsupported' };
        }
        this.#deps.clock.after(RESTART_AFTER_MS, () => void restart('program'));
        return { status: 'done' };
      case 'restartBoard':
        return this.#restartBoard();
    }
  }

  /** Not while somebody's question is open: they would pass in another's name. */
  async #openOnce(): Promise<CommandAnswer> {
    const { gate } = this.#deps;
    const { name } = gate.phase();
    if (
      name === 'entering' ||
      name === 'confirming' ||
      name === 'verifying' ||
      name === 'selfTest'
    ) {
      return { status: 'busy' };
    }
    if (name === 'enrolling' || name === 'updating') {
      return { status: 'refused', code: 'outOfService' };
    }
    await gate.open();
    return { status: 'done' };
  }

  /** The system is asked first, so that a refusal reaches whoever commanded it at once. */
  async #restartBoard(): Promise<CommandAnswer> {
    const { restart, log } = this.#deps;
    try {
      await (restart ?? unsupported)('board');
      return { status: 'done' };
    } catch (error) {
      const reason = errorCode(error);
      log.warn({ event: 'restartRefused', code: reason }, 'the board stays up');
      const code = reason === 'notAllowed' || reason === 'unsupported' ? reason : 'failed';
      return { status: 'refused', code };
    }
  }

  /** Lamp and sound say "read" again and again, until the time is over or somebody comes. */
  #blink(leftMs: number, lit = true): void {
    const { gate, clock } = this.#deps;
    this.#cancelBlink();
    if (leftMs <= 0 || !isResting(gate.phase())) {
      if (isResting(gate.phase())) {
        gate.signal('off');
      }
      return;
    }
    gate.signal(lit ? 'read' : 'off');
    this.#cancelBlink = clock.after(BLINK_MS, () => this.#blink(leftMs - BLINK_MS, !lit));
  }

  async #picture(): Promise<Ended> {
    const { gate, clock } = this.#deps;
    const paintedAt = gate.paintedAt();
    const seconds = paintedAt === undefined ? undefined : (clock.monotonic() - paintedAt) / 1_000;
    const note = seconds === undefined ? 'not painted' : `painted ${Math.round(seconds)} s ago`;
    const svg = screenPicture(gate.screen(), note);
    try {
      const { default: sharp } = await import('sharp');
      const png = await sharp(Buffer.from(svg)).png().toBuffer();
      return { outcome: 'done', type: 'image/png', data: png.toString('base64') };
    } catch (error) {
      return { outcome: 'failed', code: errorCode(error) };
    }
  }

  #end(id: string, ended: Ended): Promise<void> {
    return this.#results.send(id, ended);
  }
}

function unsupported(): never {
  throw new VarcoError('unsupported', 'Nobody here can restart the board');
}

function text(data: string): Ended {
  return { outcome: 'done', type: 'text/plain', data };
}

function json(value: unknown): Ended {
  return { outcome: 'done', type: 'application/json', data: JSON.stringify(value) };
}
