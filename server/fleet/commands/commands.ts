import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../../shared/clock.ts';
import { VarcoError } from '../../../shared/errors.ts';
import {
  type CommandName,
  commandSchema,
  type KioskCommand,
} from '../../../shared/protocol/kiosk-command.ts';
import type { Log } from '../../log.ts';
import type { Store } from '../../store/store.ts';
import type { ActivityLog } from '../access/activity-log.ts';
import { demand, demandFound, type FleetActor } from '../access/actor.ts';
import { parseInput } from '../access/parse-input.ts';
import { visibleSites } from '../access/permissions.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import type { CommandEnd } from '../bus/fleet-events.ts';
import type { ConnectedKiosks } from '../link/connected-kiosks.ts';
import type { Roster } from '../state/roster.ts';
import { gateFilterSchema } from '../view/gate-filter-schema.ts';
import type { KioskRows } from '../view/kiosk-rows.ts';
import { meantGates } from '../view/meant-gates.ts';
import { CommandDelivery } from './command-delivery.ts';
import {
  type CommandResult,
  type CommandRow,
  type CommandState,
  fromRow,
  insertCommands,
  toInsert,
  withoutContent,
} from './command-rows.ts';

/** The channel of {@link Store.notify} that says "a command waits". */
export const COMMAND_CHANNEL = 'varco_command';

const sendSchema = z.strictObject({
  filter: gateFilterSchema,
  command: commandSchema,
  reason: z.string().trim().max(200).default(''),
  /** How many gates the operator believes are meant; needed for more than one. */
  count: z.number().int().positive().optional(),
});
export type NewCommand = z.input<typeof sendSchema>;

/** Not sent any more after this; opening a gate is for now or not at all. */
const QUEUE_MS = 60_000;
const OPEN_QUEUE_MS = 5_000;
/** How long a command that was accepted may take. */
const RUN_MS: Partial<Record<CommandName, number>> = { refreshList: 300_000, collectLogs: 120_000 };
const RUN_DEFAULT_MS = 60_000;
const GATES_MAX = 5_000;
const PAGE_MAX = 200;
/** Rows go after this; the audit keeps that they were. */
export const COMMANDS_KEPT_MS = 90 * 86_400_000;
/** What a kiosk sent (logs, a picture) goes after this. */
export const RESULTS_KEPT_MS = 7 * 86_400_000;

/** What operators have kiosks do: a closed list of commands, each audited, with a time-out and a result. */
export class Commands {
  readonly #store: Store;
  readonly #activity: ActivityLog;
  readonly #rows: KioskRows;
  readonly #bus: FleetBus;
  readonly #now: () => number;
  readonly #delivery: CommandDelivery;
  #stopListening: () => Promise<void> = () => Promise.resolve();

  constructor(deps: {
    store: Store;
    activity: ActivityLog;
    roster: Roster;
    rows: KioskRows;
    bus: FleetBus;
    kiosks: ConnectedKiosks;
    node: string;
    clock: Clock;
    log: Log;
  }) {
    this.#store = deps.store;
    this.#activity = deps.activity;
    this.#rows = deps.rows;
    this.#bus = deps.bus;
    this.#now = () => deps.clock.now();
    this.#delivery = new CommandDelivery(deps, {
      end: (id, kiosk, state, result) => this.#end(id, kiosk, state, result),
      running: (gate) => this.#emitViewChange(gate === undefined ? [] : [gate]),
    });
  }

  async start(): Promise<void> {
    this.#stopListening = await this.#store.listen(COMMAND_CHANNEL, () => void this.deliver());
  }

  async stop(): Promise<void> {
    await this.#stopListening();
    await this.#delivery.stop();
  }

  /**
   * Sends a command to the kiosks of the gates that are meant; a result that takes its time comes later.
   *
   * @throws VarcoError `commandInvalid`, `nobodyMeant`, `forbidden`, `countMismatch` (its message has the
   * number of gates that are meant), `reasonMissing`, `notInBulk`.
   */
  async send(who: FleetActor, input: NewCommand): Promise<CommandRow[]> {
    const { filter, command, reason, count } = parseInput(sendSchema, input, 'commandInvalid');
    const entries = meantGates(this.#rows, who, `command.${command.name}`, filter).gates.flatMap(
      ({ gate, kiosk }) => (kiosk ? [{ gate, kiosk }] : []),
    );
    if (entries.length === 0 || entries.length > GATES_MAX) {
      throw new VarcoError('nobodyMeant', `${entries.length} kiosks are meant`);
    }
    this.#demandCare(command, entries.length, count, reason);
    const at = this.#now();
    const batch = randomUUID();
    const life = command.name === 'openOnce' ? OPEN_QUEUE_MS : QUEUE_MS;
    const rows = entries.map(
      ({ gate, kiosk }): CommandRow => ({
        id: randomUUID(),
        batch,
        gate: gate.id,
        kiosk: kiosk.id,
        site: gate.site,
        command,
        actor: who.id,
        reason: command.name === 'openOnce' ? command.reason : reason,
        createdAt: at,
        expiresAt: at + life,
        state: 'queued',
      }),
    );
    await this.#store.transaction(async (tx) => {
      await this.#store.insertMany(tx, insertCommands, rows.map(toInsert));
      await this.#activity.note(
        tx,
        rows.map((row) => ({
          kind: 'command.sent',
          site: row.site,
          gate: row.gate,
          actor: who.id,
          body: { command: command.name, id: row.id, batch, reason: row.reason },
        })),
      );
    });
    this.#emitViewChange(rows.map(({ gate }) => gate));
    await this.#store.notify(COMMAND_CHANNEL, batch);
    await this.deliver();
    await this.#delivery.answered(rows.map(({ id }) => id));
    return rows;
  }

  /** Sends what waits for kiosks of this node. Never throws: what fails is tried at the next occasion. */
  deliver(): Promise<void> {
    return this.#delivery.deliver();
  }

  /** One delivery for all kiosks that boot within a moment of each other. */
  deliverSoon(): void {
    this.#delivery.deliverSoon();
  }

  /** A command that was accepted ended. */
  async ended(kiosk: string, end: CommandEnd): Promise<void> {
    const { outcome, code, type, content } = end;
    const encoding = type === 'image/png' ? 'base64' : 'utf8';
    const result: CommandResult = { code, type, content: content?.toString(encoding) };
    await this.#end(end.id, kiosk, outcome, result);
  }

  /** Commands that nobody could send, or whose end never came, are over. */
  async expire(): Promise<void> {
    const now = this.#now();
    const rows = await this.#store.db
      .selectFrom('command')
      .select(['id', 'kiosk', 'state', 'name', 'sent_at'])
      .where('ended_at', 'is', null)
      .where('expires_at', '<', now)
      .limit(PAGE_MAX)
      .execute();
    for (const { id, kiosk, state, name, sent_at } of rows) {
      const runMs = RUN_MS[name] ?? RUN_DEFAULT_MS;
      if (state === 'queued') {
        await this.#end(id, kiosk, 'expired', {});
      } else if (now > (sent_at ?? 0) + runMs) {
        await this.#end(id, kiosk, 'timedOut', {});
      }
    }
  }

  /** The newest first, without what kiosks sent. */
  async list(
    who: FleetActor,
    query: {
      gate?: string | undefined;
      batch?: string | undefined;
      before?: number | undefined;
      limit?: number | undefined;
    } = {},
  ): Promise<CommandRow[]> {
    const seen = visibleSites(who);
    let select = this.#store.db
      .selectFrom('command')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(Math.min(query.limit ?? 50, PAGE_MAX));
    if (seen !== 'all') {
      select = select.where('site', 'in', seen ?? ['']);
    }
    select = query.gate === undefined ? select : select.where('gate', '=', query.gate);
    select = query.batch === undefined ? select : select.where('batch', '=', query.batch);
    select = query.before === undefined ? select : select.where('created_at', '<', query.before);
    return (await select.execute()).map((row) => withoutContent(fromRow(row)));
  }

  /** With what the kiosk sent. @throws VarcoError `commandUnknown`, `forbidden`. */
  async get(who: FleetActor, id: string): Promise<CommandRow> {
    const row = await this.#store.db
      .selectFrom('command')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    const found = demandFound(who, 'fleet.view', row && fromRow(row), () => {
      return new VarcoError('commandUnknown', `There is no command ${id}`);
    });
    // Logs and pictures are for whoever could have asked for them.
    demand(who, found.result?.content ? `command.${found.command.name}` : 'fleet.view', {
      site: found.site,
    });
    return found;
  }

  async prune(): Promise<void> {
    const now = this.#now();
    await this.#store.db
      .deleteFrom('command')
      .where('created_at', '<', now - COMMANDS_KEPT_MS)
      .execute();
    await this.#store.db
      .updateTable('command')
      .set({ result: null })
      .where('result', 'is not', null)
      .where('ended_at', '<', now - RESULTS_KEPT_MS)
      .execute();
  }

  #demandCare(command: KioskCommand, meant: number, count: number | undefined, reason: string) {
    if (meant > 1 && command.name === 'openOnce') {
      throw new VarcoError('notInBulk', 'One gate is opened at a time');
    }
    if (meant > 1 && count !== meant) {
      throw new VarcoError('countMismatch', `${meant} kiosks are meant: type that number`);
    }
    const needsReason = command.name === 'restartBoard' || command.name === 'outOfService';
    if (needsReason && reason === '') {
      throw new VarcoError('reasonMissing', `${command.name} needs a reason`);
    }
  }

  async #end(id: string, kiosk: string, state: CommandState, result: CommandResult) {
    const at = this.#now();
    const done = await this.#store.transaction(async (tx) => {
      const row = await tx
        .updateTable('command')
        .set({ state, ended_at: at, result: JSON.stringify(result) })
        .where('id', '=', id)
        .where('kiosk', '=', kiosk)
        .where('ended_at', 'is', null)
        .returning(['gate', 'site', 'name', 'actor'])
        .executeTakeFirst();
      if (row) {
        const body = { command: row.name, id, by: row.actor, code: result.code };
        const entry = { kind: `command.${state}`, site: row.site, gate: row.gate };
        await this.#activity.note(tx, [{ ...entry, actor: `kiosk:${kiosk}`, body }]);
      }
      return row;
    });
    if (done) {
      void this.#bus.emit('commandEnded', { command: done.name, result: state });
      this.#emitViewChange([done.gate]);
    }
  }

  #emitViewChange(gates: readonly string[]): void {
    const ofGates = gates.map((gate) => `gate:${gate}` as const);
    void this.#bus.emit('viewChanged', { gates: [], topics: ['commands', 'activity', ...ofGates] });
  }
}
