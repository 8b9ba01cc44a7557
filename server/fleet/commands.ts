import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import {
  type CommandAnswer,
  type CommandName,
  commandSchema,
  type KioskCommand,
} from '../../shared/protocol/command.ts';
import type { Log } from '../log.ts';
import type { BulkInsert, Store } from '../store/store.ts';
import type { ActivityLog } from './activity.ts';
import { demand, type FleetActor } from './actor.ts';
import { gateFilterSchema, isMeant } from './gate-filter.ts';
import { parseGiven } from './given.ts';
import type { CommandEnd } from './link-listener.ts';
import { visibleSites } from './permissions.ts';
import type { Roster, RosterGate } from './roster.ts';

/** The channel of {@link Store.notify} that says "a command waits". */
export const COMMAND_CHANNEL = 'varco_command';

/**
 * `queued` for the node that has the kiosk; `sent`; `running` it takes its time; then one end: `done`,
 * `failed`, `refused` by the kiosk, `busy` at the gate, `timedOut`, `expired` before anybody could send it.
 */
export type CommandState =
  | 'queued'
  | 'sent'
  | 'running'
  | 'done'
  | 'failed'
  | 'refused'
  | 'busy'
  | 'timedOut'
  | 'expired';

export interface CommandRow {
  id: string;
  batch: string;
  gate: string;
  kiosk: string;
  site: string;
  command: KioskCommand;
  actor: string;
  reason: string;
  createdAt: number;
  expiresAt: number;
  state: CommandState;
  endedAt?: number;
  result?: CommandResult;
}

export interface CommandResult {
  code?: string;
  type?: 'text/plain' | 'application/json' | 'image/png';
  /** Text, or base64 of a picture; only in a single command's details. */
  content?: string;
}

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
const ANSWER_TIMEOUT_MS = 10_000;
/** How long a command that was accepted may take. */
const RUN_MS: Partial<Record<CommandName, number>> = { refreshList: 300_000, collectLogs: 120_000 };
const RUN_DEFAULT_MS = 60_000;
const GATES_MAX = 5_000;
const SEND_AT_ONCE_MAX = 64;
const PAGE_MAX = 200;
/** Rows go after this; the audit keeps that they were. */
export const COMMANDS_KEPT_MS = 90 * 86_400_000;
/** What a kiosk sent (logs, a picture) goes after this. */
export const RESULTS_KEPT_MS = 7 * 86_400_000;

export interface CommandLine {
  connected(): string[];
  command(
    kiosk: string,
    request: { id: string; command: KioskCommand },
    options: { timeoutMs: number },
  ): Promise<CommandAnswer>;
}

const insertCommands: BulkInsert = {
  table: 'command',
  columns: {
    id: 'text',
    batch: 'text',
    gate: 'text',
    kiosk: 'text',
    site: 'text',
    name: 'text',
    arguments: 'text',
    actor: 'text',
    reason: 'text',
    created_at: 'bigint',
    expires_at: 'bigint',
    state: 'text',
  },
};

/** What operators tell kiosks to do: a closed list, each audited, with a time-out and a result. */
export class Commands {
  readonly #store: Store;
  readonly #activity: ActivityLog;
  readonly #roster: Roster;
  readonly #node: string;
  readonly #now: () => number;
  readonly #log: Log;
  /** Told after a change of a gate's commands. */
  onChange: (gates: readonly string[]) => void = () => {};
  /** Told how a command ended. */
  onEnd: (name: string, state: CommandState) => void = () => {};
  #line: CommandLine = { connected: () => [], command: () => Promise.reject(new Error('no line')) };
  #delivering: Promise<void> = Promise.resolve();
  #stopListening: () => Promise<void> = () => Promise.resolve();

  constructor(deps: {
    store: Store;
    activity: ActivityLog;
    roster: Roster;
    node: string;
    now: () => number;
    log: Log;
  }) {
    this.#store = deps.store;
    this.#activity = deps.activity;
    this.#roster = deps.roster;
    this.#node = deps.node;
    this.#now = deps.now;
    this.#log = deps.log;
  }

  attach(line: CommandLine): void {
    this.#line = line;
  }

  async start(): Promise<void> {
    this.#stopListening = await this.#store.listen(COMMAND_CHANNEL, () => void this.deliver());
  }

  async stop(): Promise<void> {
    await this.#stopListening();
    await this.#delivering;
  }

  /**
   * Tells the kiosks of the gates that are meant; answers at once, the results come by themselves.
   *
   * @throws VarcoError `commandInvalid`, `nobodyMeant`, `forbidden`, `countMismatch` (its message has the
   * number of gates that are meant), `reasonMissing`, `notInBulk`.
   */
  async send(who: FleetActor, given: NewCommand): Promise<CommandRow[]> {
    const { filter, command, reason, count } = parseGiven(sendSchema, given, 'commandInvalid');
    const entries = [...this.#roster.gates()].filter(
      ({ gate, kiosk }) => kiosk !== undefined && isMeant(filter, gate),
    );
    if (entries.length === 0 || entries.length > GATES_MAX) {
      throw new VarcoError('nobodyMeant', `${entries.length} kiosks are meant`);
    }
    for (const { gate } of entries) {
      demand(who, `command.${command.name}`, { site: gate.site });
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
        kiosk: kiosk?.id ?? '',
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
    this.onChange(rows.map(({ gate }) => gate));
    await this.#store.notify(COMMAND_CHANNEL, batch);
    await this.deliver();
    return rows;
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

  /** A command that was accepted ended. */
  async ended(kiosk: string, end: CommandEnd): Promise<void> {
    const { outcome, code, type, content } = end;
    const encoding = type === 'image/png' ? 'base64' : 'utf8';
    const result: CommandResult = {
      ...(code === undefined ? {} : { code }),
      ...(type === undefined ? {} : { type }),
      ...(content === undefined ? {} : { content: content.toString(encoding) }),
    };
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
      const runMs = RUN_MS[name as CommandName] ?? RUN_DEFAULT_MS;
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
    query: { gate?: string; batch?: string; before?: number; limit?: number } = {},
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
    if (!row) {
      throw new VarcoError('commandUnknown', `There is no command ${id}`);
    }
    demand(who, 'fleet.view', { site: row.site });
    const found = fromRow(row);
    // Logs and pictures are for whoever could have asked for them.
    demand(who, found.result?.content ? `command.${found.command.name}` : 'fleet.view', {
      site: row.site,
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
      .limit(GATES_MAX)
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
        await this.#end(id, kiosk, state, { code });
      }
    }
  }

  async #answered(id: string, kiosk: string, answer: CommandAnswer): Promise<void> {
    switch (answer.status) {
      case 'done':
      case 'busy':
        return this.#end(id, kiosk, answer.status, {});
      case 'refused':
        return this.#end(id, kiosk, 'refused', { code: answer.code });
      case 'accepted':
        await this.#store.db
          .updateTable('command')
          .set({ state: 'running' })
          .where('id', '=', id)
          .where('state', '=', 'sent')
          .execute();
        this.onChange(gatesOf(this.#roster.ofKiosk(kiosk)));
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
        const body = {
          command: row.name,
          id,
          by: row.actor,
          ...(result.code === undefined ? {} : { code: result.code }),
        };
        const entry = { kind: `command.${state}`, site: row.site, gate: row.gate };
        await this.#activity.note(tx, [{ ...entry, actor: `kiosk:${kiosk}`, body }]);
      }
      return row;
    });
    if (done) {
      this.onEnd(done.name, state);
      this.onChange([done.gate]);
    }
  }
}

function gatesOf(entry: RosterGate | undefined): string[] {
  return entry ? [entry.gate.id] : [];
}

function toInsert(row: CommandRow): unknown[] {
  const { id, batch, gate, kiosk, site, command, actor, reason } = row;
  const { createdAt, expiresAt, state } = row;
  const text = JSON.stringify(command);
  return [
    id,
    batch,
    gate,
    kiosk,
    site,
    command.name,
    text,
    actor,
    reason,
    createdAt,
    expiresAt,
    state,
  ];
}

function fromRow(row: {
  id: string;
  batch: string;
  gate: string;
  kiosk: string;
  site: string;
  arguments: string;
  actor: string;
  reason: string;
  created_at: number;
  expires_at: number;
  state: string;
  ended_at: number | null;
  result: string | null;
}): CommandRow {
  return {
    id: row.id,
    batch: row.batch,
    gate: row.gate,
    kiosk: row.kiosk,
    site: row.site,
    command: JSON.parse(row.arguments),
    actor: row.actor,
    reason: row.reason,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    state: row.state as CommandState,
    ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
    ...(row.result === null ? {} : { result: JSON.parse(row.result) }),
  };
}

function withoutContent(row: CommandRow): CommandRow {
  if (!row.result) {
    return row;
  }
  const { content: _, ...result } = row.result;
  return { ...row, result };
}
