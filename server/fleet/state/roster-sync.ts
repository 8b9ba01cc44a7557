import type { Clock } from '../../../shared/clock.ts';
import type { Store } from '../../store/store.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import type { RosterChange } from '../bus/fleet-events.ts';
import type { ConnectedKiosks } from '../link/connected-kiosks.ts';
import type { Renewals } from './renewals.ts';
import type { Roster } from './roster.ts';

/** Activities read in one look; after more of them the whole roster is read. */
const ACTIVITIES_MAX = 500;
/** Activities that changed the row of their site, or of their gate. */
const SITE_KINDS = /^(site\.(created|changed)|kiosk\.registered)$/;
const GATE_KINDS = /^(gate\.|kiosk\.(registered|revoked|enrolled|replaced)$)/;
/** Gives many gates their config back, and names none of them. */
const ROLLED_BACK = 'rollout.rolledBack';

export interface RosterSyncDeps {
  store: Store;
  roster: Roster;
  bus: FleetBus;
  /** This node's. */
  kiosks: ConnectedKiosks;
  renewals: Renewals;
  hasKey(kiosk: string): Promise<boolean>;
  clock: Clock;
}

/**
 * Keeps this node's roster equal to the database: reads the rows that a change names, and everything at the
 * start, when notices were missed, and when a change is too large to name. Then it disconnects the kiosks
 * that lost their key and asks those with another policy to reconnect.
 */
export class RosterSync {
  readonly #deps: RosterSyncDeps;
  /** Named while another read was under way. */
  #waiting: PendingChange | undefined;
  #reading: Promise<void> | undefined;
  #lastActivity = 0;
  #missedReads = false;

  constructor(deps: RosterSyncDeps) {
    this.#deps = deps;
  }

  /** Reads everything, and follows the activities from here on. */
  async start(): Promise<void> {
    const { store } = this.#deps;
    const row = await store.db
      .selectFrom('fleet_event')
      .select(({ fn }) => fn.max('id').as('id'))
      .executeTakeFirst();
    this.#lastActivity = row?.id ?? 0;
    await this.read('all');
  }

  /**
   * Reads what changed; one read at a time, and the changes that come meanwhile together in the next.
   *
   * @returns resolves when the roster holds the change. @throws VarcoError `storeUnavailable`.
   */
  read(change: RosterChange): Promise<void> {
    this.#waiting ??= new PendingChange();
    this.#waiting.add(change);
    this.#reading ??= this.#readWaiting().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /**
   * Reads what was changed without a notice to this node: by a command line beside a server on SQLite, or by
   * a node whose notice was lost. Reads everything when a read had failed: the database was away.
   */
  async look(): Promise<void> {
    const isAll = this.#missedReads;
    this.#missedReads = false;
    const change = isAll ? 'all' : await this.#changeSinceLastLook();
    if (change) {
      await this.read(change);
    }
  }

  async #readWaiting(): Promise<void> {
    while (this.#waiting) {
      const change = this.#waiting.toChange();
      this.#waiting = undefined;
      try {
        await this.#readOne(change);
      } catch (error) {
        this.#missedReads = true;
        throw error;
      }
    }
  }

  async #readOne(change: RosterChange): Promise<void> {
    const { roster, clock, bus } = this.#deps;
    const gone = await roster.read(change, clock.now());
    await this.#disconnectOutdated();
    const gates = [...this.#rowsOf(change), ...gone];
    void bus.emit('rosterRead', change);
    void bus.emit('viewChanged', { gates, topics: ['sites', 'activity'] });
  }

  /** The gates whose row a change may alter: a site's title is in all of its rows. */
  #rowsOf(change: RosterChange): string[] {
    const all = [...this.#deps.roster.gates()].map(({ gate }) => gate);
    const gates = new Set(change === 'all' ? [] : change.gates);
    const sites = new Set(change === 'all' ? [] : change.sites);
    return all
      .filter(({ id, site }) => change === 'all' || gates.has(id) || sites.has(site))
      .map(({ id }) => id);
  }

  /** Disconnects kiosks whose key was revoked; one whose gate has another policy is asked to reconnect. */
  async #disconnectOutdated(): Promise<void> {
    const { roster, kiosks, renewals, hasKey } = this.#deps;
    for (const kiosk of kiosks.ids()) {
      const entry = roster.ofKiosk(kiosk);
      // It may have been enrolled after the rows were read: only the database knows.
      if (!entry && !(await hasKey(kiosk))) {
        kiosks.disconnect(kiosk, 'revoked');
      } else if (entry?.lastReport && entry.lastReport.policy !== entry.gate.policy) {
        // The person at the gate finishes first: the kiosk reconnects when it serves nobody.
        renewals.ask(kiosk);
      }
    }
  }

  async #changeSinceLastLook(): Promise<RosterChange | undefined> {
    const rows = await this.#deps.store.db
      .selectFrom('fleet_event')
      .select(['id', 'kind', 'site', 'gate', 'body'])
      .where('id', '>', this.#lastActivity)
      .orderBy('id', 'desc')
      .limit(ACTIVITIES_MAX)
      .execute();
    const change = new PendingChange();
    for (const row of rows) {
      if (row.kind === ROLLED_BACK) {
        change.add({ sites: [], gates: await this.#targetsOf(JSON.parse(row.body).rollout) });
      }
      const sites = row.site && SITE_KINDS.test(row.kind) ? [row.site] : [];
      const gates = row.gate && GATE_KINDS.test(row.kind) ? [row.gate] : [];
      change.add({ sites, gates });
    }
    this.#lastActivity = rows[0]?.id ?? this.#lastActivity;
    if (rows.length === ACTIVITIES_MAX) {
      return 'all';
    }
    return change.isEmpty ? undefined : change.toChange();
  }

  async #targetsOf(rollout: string): Promise<string[]> {
    const rows = await this.#deps.store.db
      .selectFrom('rollout_target')
      .select('gate')
      .where('rollout', '=', rollout)
      .execute();
    return rows.map(({ gate }) => gate);
  }
}

/** Changes put together. */
class PendingChange {
  readonly #sites = new Set<string>();
  readonly #gates = new Set<string>();
  #isAll = false;

  get isEmpty(): boolean {
    return !this.#isAll && this.#sites.size + this.#gates.size === 0;
  }

  add(change: RosterChange): void {
    if (change === 'all') {
      this.#isAll = true;
      return;
    }
    for (const site of change.sites) {
      this.#sites.add(site);
    }
    for (const gate of change.gates) {
      this.#gates.add(gate);
    }
  }

  toChange(): RosterChange {
    return this.#isAll ? 'all' : { sites: [...this.#sites], gates: [...this.#gates] };
  }
}
