import type { Signal } from '../../../hardware/ports.ts';
import type { Clock } from '../../../shared/clock.ts';
import { errorCode, VarcoError } from '../../../shared/errors.ts';
import type {
  CommandAnswer,
  CommandName,
  KioskCommand,
} from '../../../shared/protocol/kiosk-command.ts';
import type { KioskLink, KioskLog } from '../../kiosk-options.ts';
import { isResting } from '../../session/rest.ts';
import type { Screen } from '../../session/screen.ts';
import type { Phase, Service } from '../../session/state.ts';
import type { SelfTestResult } from '../../session/tested-parts.ts';
import type { RecentLog } from './recent-log.ts';
import { type Ended, ResultSender } from './result-sender.ts';
import { screenPicture } from './screen-picture.ts';

/** The gate that is commanded. */
export interface CommandedGate {
  phase(): Phase;
  screen(): Screen;
  /** When the display said last that it painted, by the monotonic clock; `undefined`: never. */
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
  link: Pick<KioskLink, 'call'>;
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

/** What the site commands, carried out one by one; each at most once. */
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
    const always = ['identify', 'selfTest', 'outOfService', 'inService', 'updating'] as const;
    return [
      ...always,
      ...(['refreshList', 'openOnce', 'screenshot'] as const),
      ...(deps.restart ? (['restartProgram', 'restartBoard'] as const) : []),
      ...(deps.recentLog ? (['collectLogs'] as const) : []),
    ];
  }

  /** Ends what is still blinking. */
  stop(): void {
    this.#cancelBlink();
  }

  /** The link is up: ends that could not be told are told. */
  linkUp(): void {
    void this.#results.linkUp();
  }

  obey(id: string, command: KioskCommand): Promise<CommandAnswer> {
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
    // The rest is done before nobody's eyes: whoever is at the gate comes first.
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

  /** The system is asked first: whoever commanded it is told at once when it does not let the kiosk. */
  async #restartBoard(): Promise<CommandAnswer> {
    const { restart, log } = this.#deps;
    try {
      await (restart ?? unsupported)('board');
      return { status: 'done' };
    } catch (error) {
      const said = errorCode(error);
      log.warn({ event: 'restartRefused', code: said }, 'the board stays up');
      const code = said === 'notAllowed' || said === 'unsupported' ? said : 'failed';
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
    return this.#results.tell(id, ended);
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
