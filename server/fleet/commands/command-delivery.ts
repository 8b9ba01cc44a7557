import { errorCode } from '../../../shared/errors.ts';
import type { CommandAnswer, KioskCommand } from '../../../shared/protocol/kiosk-command.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../../store/store.ts';
import type { Roster, RosterGate } from '../state/roster.ts';
import type { CommandResult, CommandState } from './command-rows.ts';

const ANSWER_TIMEOUT_MS = 10_000;
/** Commands on their way to kiosks of this node; the others wait until one of them is answered. */
const ON_THE_WAY_MAX = 256;
/** Commands looked at in one round. */
const ROUND_MAX = 5_000;

/** What this node can do to kiosks that are connected to it. */
export interface CommandLine {
  /** Whether a kiosk is here and has booted: one that has only proven itself takes no calls yet. */
  takesCalls(kiosk: string): boolean;
  command(
    kiosk: string,
    request: { id: string; command: KioskCommand },
    options: { timeoutMs: number },
  ): Promise<CommandAnswer>;
}

/** A command that is not answered yet. */
interface Waiting {
  id: string;
  kiosk: string;
  state: string;
  name: string;
  node: string | null;
  sent_at: number | null;
  expires_at: number;
}

/** What becomes of a command that was sent. */
export interface CommandEnds {
  end(id: string, kiosk: string, state: CommandState, result: CommandResult): Promise<void>;
  changed(gates: readonly string[]): void;
}

/** Takes commands that wait to the kiosks of this node, each to one node at a time. */
export class CommandDelivery {
  readonly #store: Store;
  readonly #roster: Roster;
  readonly #node: string;
  readonly #now: () => number;
  readonly #log: Log;
  readonly #ends: CommandEnds;
  #line: CommandLine = {
    takesCalls: () => false,
    command: () => Promise.reject(new Error('no line')),
  };
  /** By command: the way to its kiosk and back. */
  readonly #onTheWay = new Map<string, Promise<void>>();
  #round: Promise<void> = Promise.resolve();
  /** A round that has not begun: it sees everything that is there by then. */
  #next: Promise<void> | undefined;
  #stopped = false;

  constructor(
    deps: { store: Store; roster: Roster; node: string; now: () => number; log: Log },
    ends: CommandEnds,
  ) {
    this.#store = deps.store;
    this.#roster = deps.roster;
    this.#node = deps.node;
    this.#now = deps.now;
    this.#log = deps.log;
    this.#ends = ends;
  }

  attach(line: CommandLine): void {
    this.#line = line;
  }

  /** Sends nothing more; resolves when nothing is on its way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#round;
    await Promise.all(this.#onTheWay.values());
  }

  /**
   * Sends what waits for kiosks of this node; resolves when it is on its way. No command waits for the
   * answer to another. Never throws: what fails is tried at the next occasion.
   */
  deliver(): Promise<void> {
    if (!this.#next) {
      this.#next = this.#round
        .then(() => {
          this.#next = undefined;
          return this.#begin();
        })
        .catch((error: unknown) => {
          this.#log.warn({ code: errorCode(error) }, 'commands wait');
        });
      this.#round = this.#next;
    }
    return this.#next;
  }

  /** Resolves when those of the commands that are on their way are answered. */
  async answered(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#onTheWay.get(id)));
  }

  /** Sets out with what may go now. */
  async #begin(): Promise<void> {
    if (this.#stopped) {
      return;
    }
    const busy = new Set(this.#onTheWay.keys());
    const waiting = await this.#store.db
      .selectFrom('command')
      .select(['id', 'kiosk', 'state', 'name', 'node', 'sent_at', 'expires_at'])
      .where('ended_at', 'is', null)
      .where('state', 'in', ['queued', 'sent'])
      .where((eb) => eb.or([eb('expires_at', '>=', this.#now()), eb('state', '=', 'sent')]))
      .orderBy('created_at')
      .limit(ROUND_MAX)
      .execute();
    for (const row of waiting) {
      if (!busy.has(row.id) && this.#line.takesCalls(row.kiosk) && this.#isOurs(row)) {
        const way = this.#sendOne(row)
          .catch((error: unknown) => {
            this.#log.warn({ code: errorCode(error) }, 'a command waits');
            return false;
          })
          .then((isDue) => {
            const wasFull = this.#onTheWay.size === ON_THE_WAY_MAX;
            this.#onTheWay.delete(row.id);
            if (isDue || wasFull) {
              void this.deliver();
            }
          });
        this.#onTheWay.set(row.id, way);
      }
      if (this.#onTheWay.size >= ON_THE_WAY_MAX) {
        break;
      }
    }
  }

  /** Another node may still hear the answer to what is over: it, or time, ends that. */
  #isOurs(row: Waiting): boolean {
    return row.node === this.#node || !this.#isOver(row);
  }

  /**
   * What another node sent, or this one before it was killed, is sent again under its id: to the kiosk it
   * is the same command. Not for longer than it would have waited, and no gate is opened on such a chance.
   */
  #isOver({ state, name, expires_at }: Waiting): boolean {
    return state === 'sent' && (name === 'openOnce' || expires_at < this.#now());
  }

  /** @returns whether it is due again at once: its kiosk went away, and may be back already. */
  async #sendOne(row: Waiting): Promise<boolean> {
    const { id, kiosk, state, node } = row;
    if (this.#isOver(row)) {
      await this.#ends.end(id, kiosk, 'timedOut', { code: 'closed' });
      return false;
    }
    const claimed = await this.#store.db
      .updateTable('command')
      .set({ state: 'sent', node: this.#node, sent_at: this.#now() })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .where('state', '=', state)
      .where('node', node === null ? 'is' : '=', node)
      .where('sent_at', row.sent_at === null ? 'is' : '=', row.sent_at)
      .returning('arguments')
      .executeTakeFirst();
    if (!claimed) {
      return false;
    }
    const command = JSON.parse(claimed.arguments) as KioskCommand;
    try {
      const options = { timeoutMs: ANSWER_TIMEOUT_MS };
      const answer = await this.#line.command(kiosk, { id, command }, options);
      await this.#answered(id, kiosk, answer);
      return false;
    } catch (error) {
      const code = errorCode(error);
      const isLost = code === 'closed' && command.name !== 'openOnce';
      if (isLost) {
        await this.#store.db
          .updateTable('command')
          .set({ state: 'queued', node: null })
          .where('id', '=', id)
          .where('state', '=', 'sent')
          .where('node', '=', this.#node)
          .execute();
      } else {
        const end = code === 'timeout' || code === 'closed' ? 'timedOut' : 'failed';
        await this.#ends.end(id, kiosk, end, { code });
      }
      return isLost;
    }
  }

  async #answered(id: string, kiosk: string, answer: CommandAnswer): Promise<void> {
    switch (answer.status) {
      case 'done':
      case 'busy':
        return this.#ends.end(id, kiosk, answer.status, {});
      case 'refused':
        return this.#ends.end(id, kiosk, 'refused', { code: answer.code });
      case 'accepted':
        await this.#store.db
          .updateTable('command')
          .set({ state: 'running' })
          .where('id', '=', id)
          .where('state', '=', 'sent')
          .execute();
        this.#ends.changed(gatesOf(this.#roster.ofKiosk(kiosk)));
    }
  }
}

function gatesOf(entry: RosterGate | undefined): string[] {
  return entry ? [entry.gate.id] : [];
}
