import { errorCode } from '../../shared/errors.ts';
import type { CommandAnswer, KioskCommand } from '../../shared/protocol/command.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { CommandResult, CommandState } from './command-rows.ts';
import type { Roster, RosterGate } from './roster.ts';

const ANSWER_TIMEOUT_MS = 10_000;
const SEND_AT_ONCE_MAX = 64;
/** Commands looked at in one round. */
const ROUND_MAX = 5_000;

/** What this node can do to kiosks that are connected to it. */
export interface CommandLine {
  connected(): string[];
  command(
    kiosk: string,
    request: { id: string; command: KioskCommand },
    options: { timeoutMs: number },
  ): Promise<CommandAnswer>;
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
  #line: CommandLine = { connected: () => [], command: () => Promise.reject(new Error('no line')) };
  #delivering: Promise<void> = Promise.resolve();

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

  /** Resolves when nothing is on its way. */
  settled(): Promise<void> {
    return this.#delivering;
  }

  /** Sends what waits for kiosks of this node. Never throws: what fails is tried at the next occasion. */
  deliver(): Promise<void> {
    this.#delivering = this.#delivering
      .then(() => this.#deliverAll())
      .catch((error: unknown) => {
        this.#log.warn({ code: errorCode(error) }, 'commands wait');
      });
    return this.#delivering;
  }

  async #deliverAll(): Promise<void> {
    const own = new Set(this.#line.connected());
    if (own.size === 0) {
      return;
    }
    const waiting = await this.#store.db
      .selectFrom('command')
      .select(['id', 'kiosk', 'state', 'name', 'node'])
      .where('ended_at', 'is', null)
      .where('state', 'in', ['queued', 'sent'])
      .where('expires_at', '>=', this.#now())
      .orderBy('created_at')
      .limit(ROUND_MAX)
      .execute();
    const ours = waiting.filter(
      ({ kiosk, state, node, name }) =>
        own.has(kiosk) &&
        // What another node sent and could not finish is sent again under its id: it is the same command.
        (state === 'queued' || (node !== this.#node && name !== 'openOnce')),
    );
    for (let first = 0; first < ours.length; first += SEND_AT_ONCE_MAX) {
      const portion = ours.slice(first, first + SEND_AT_ONCE_MAX);
      await Promise.all(portion.map(({ id, kiosk }) => this.#sendOne(id, kiosk)));
    }
  }

  async #sendOne(id: string, kiosk: string): Promise<void> {
    const claimed = await this.#store.db
      .updateTable('command')
      .set({ state: 'sent', node: this.#node, sent_at: this.#now() })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .where((eb) =>
        eb.or([eb('state', '=', 'queued'), eb('node', '!=', this.#node), eb('node', 'is', null)]),
      )
      .returning('arguments')
      .executeTakeFirst();
    if (!claimed) {
      return;
    }
    const command = JSON.parse(claimed.arguments) as KioskCommand;
    try {
      const options = { timeoutMs: ANSWER_TIMEOUT_MS };
      const answer = await this.#line.command(kiosk, { id, command }, options);
      await this.#answered(id, kiosk, answer);
    } catch (error) {
      const code = errorCode(error);
      const isLost = code === 'closed' && command.name !== 'openOnce';
      if (isLost) {
        await this.#store.db
          .updateTable('command')
          .set({ state: 'queued', node: null })
          .where('id', '=', id)
          .where('state', '=', 'sent')
          .execute();
      } else {
        const state = code === 'timeout' || code === 'closed' ? 'timedOut' : 'failed';
        await this.#ends.end(id, kiosk, state, { code });
      }
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
