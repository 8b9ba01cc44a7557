import type { Clock } from '../../../shared/clock.ts';
import { errorCode } from '../../../shared/errors.ts';
import type { CommandAnswer, KioskCommand } from '../../../shared/protocol/kiosk-command.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../../store/store.ts';
import type { ConnectedKiosks } from '../link/connected-kiosks.ts';
import type { Roster } from '../state/roster.ts';
import type { CommandResult, CommandState } from './command-rows.ts';

/** A kiosk that booted gets what waits for it this soon. */
const DELIVER_SOON_MS = 20;
const ANSWER_TIMEOUT_MS = 10_000;
/** Commands sent and not answered on this node; the others wait until one of them is answered. */
const IN_FLIGHT_MAX = 256;
/** Commands looked at in one round. */
const ROUND_MAX = 5_000;

/** A command that is not answered yet. */
interface Waiting {
  id: string;
  kiosk: string;
  state: CommandState;
  name: string;
  node: string | null;
  sent_at: number | null;
  expires_at: number;
}

/** Where the outcome of a command that was sent goes. */
export interface CommandOutcomes {
  end(id: string, kiosk: string, state: CommandState, result: CommandResult): Promise<void>;
  /** The kiosk works on it. */
  running(gate: string | undefined): void;
}

/** Sends waiting commands to the kiosks of this node; one node at a time sends a command. */
export class CommandDelivery {
  readonly #store: Store;
  readonly #roster: Roster;
  readonly #node: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #kiosks: ConnectedKiosks;
  readonly #outcomes: CommandOutcomes;
  /** By command id: resolves when its kiosk answered. */
  readonly #inFlight = new Map<string, Promise<void>>();
  #round: Promise<void> = Promise.resolve();
  /** A round that has not begun: it sees everything that is there by then. */
  #next: Promise<void> | undefined;
  #cancelDelivery: (() => void) | undefined;
  #stopped = false;

  constructor(
    deps: {
      store: Store;
      roster: Roster;
      kiosks: ConnectedKiosks;
      node: string;
      clock: Clock;
      log: Log;
    },
    outcomes: CommandOutcomes,
  ) {
    this.#store = deps.store;
    this.#roster = deps.roster;
    this.#node = deps.node;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#kiosks = deps.kiosks;
    this.#outcomes = outcomes;
  }

  /** Sends nothing more; resolves when every command that was sent is answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelDelivery?.();
    await this.#round;
    await Promise.all(this.#inFlight.values());
  }

  /**
   * Sends what waits for kiosks of this node; resolves when it is sent. No command waits for the answer to
   * another. Never throws: what fails is tried at the next occasion.
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

  /** @see Commands.deliverSoon */
  deliverSoon(): void {
    this.#cancelDelivery ??= this.#clock.after(DELIVER_SOON_MS, () => {
      this.#cancelDelivery = undefined;
      void this.deliver();
    });
  }

  /** Resolves when those of these commands that were sent are answered. */
  async answered(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#inFlight.get(id)));
  }

  /** Sends what may be sent now. */
  async #begin(): Promise<void> {
    if (this.#stopped) {
      return;
    }
    const busy = new Set(this.#inFlight.keys());
    const waiting = await this.#store.db
      .selectFrom('command')
      .select(['id', 'kiosk', 'state', 'name', 'node', 'sent_at', 'expires_at'])
      .where('ended_at', 'is', null)
      .where('state', 'in', ['queued', 'sent'])
      .where((eb) => eb.or([eb('expires_at', '>=', this.#clock.now()), eb('state', '=', 'sent')]))
      .orderBy('created_at')
      .limit(ROUND_MAX)
      .execute();
    for (const row of waiting) {
      if (!busy.has(row.id) && this.#kiosks.takesCalls(row.kiosk) && this.#isOurs(row)) {
        const answered = this.#sendOne(row)
          .catch((error: unknown) => {
            this.#log.warn({ code: errorCode(error) }, 'a command waits');
            return false;
          })
          .then((isDue) => {
            const wasFull = this.#inFlight.size === IN_FLIGHT_MAX;
            this.#inFlight.delete(row.id);
            if (isDue || wasFull) {
              void this.deliver();
            }
          });
        this.#inFlight.set(row.id, answered);
      }
      if (this.#inFlight.size >= IN_FLIGHT_MAX) {
        break;
      }
    }
  }

  /** Another node may still get the answer to an expired command: it, or the time-out, ends that. */
  #isOurs(row: Waiting): boolean {
    return row.node === this.#node || !this.#isOver(row);
  }

  /**
   * What another node sent, or this one before it was killed, is sent again under its id: to the kiosk it
   * is the same command. Not for longer than it would have waited, and no gate is opened on such a chance.
   */
  #isOver({ state, name, expires_at }: Waiting): boolean {
    return state === 'sent' && (name === 'openOnce' || expires_at < this.#clock.now());
  }

  /** @returns whether it is due again at once: its kiosk went away, and may be back already. */
  async #sendOne(row: Waiting): Promise<boolean> {
    const { id, kiosk, state, node } = row;
    if (this.#isOver(row)) {
      await this.#outcomes.end(id, kiosk, 'timedOut', { code: 'closed' });
      return false;
    }
    const claimed = await this.#store.db
      .updateTable('command')
      .set({ state: 'sent', node: this.#node, sent_at: this.#clock.now() })
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
    const command: KioskCommand = JSON.parse(claimed.arguments);
    try {
      const options = { timeoutMs: ANSWER_TIMEOUT_MS };
      const answer = await this.#kiosks.call(kiosk, 'Command', { id, command }, options);
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
        await this.#outcomes.end(id, kiosk, end, { code });
      }
      return isLost;
    }
  }

  async #answered(id: string, kiosk: string, answer: CommandAnswer): Promise<void> {
    switch (answer.status) {
      case 'done':
      case 'busy':
        return this.#outcomes.end(id, kiosk, answer.status, {});
      case 'refused':
        return this.#outcomes.end(id, kiosk, 'refused', { code: answer.code });
      case 'accepted':
        await this.#store.db
          .updateTable('command')
          .set({ state: 'running' })
          .where('id', '=', id)
          .where('state', '=', 'sent')
          .execute();
        this.#outcomes.running(this.#roster.ofKiosk(kiosk)?.gate.id);
    }
  }
}
