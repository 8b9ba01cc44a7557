import { type Presence, siteOutage } from './presence.ts';

/** A change that is worth a line in the activity. */
export type PresenceEvent =
  | { kind: 'kiosk.presence'; site: string; gate: string; was: Presence; presence: Presence }
  /** A whole site is out: one event in place of one for each kiosk. */
  | { kind: 'site.out' | 'site.back'; site: string; kiosks: number; offline: number };

/** A gate as it is now. */
export interface ObservedGate {
  gate: string;
  site: string;
  presence: Presence;
}

/** A kiosk's silence becomes an event only after this: until then its whole site may turn out silent. */
export const GATHER_MS = 45_000;

/**
 * Turns the presence of all kiosks into events, each of them once. It does no I/O.
 *
 * Kiosks of one site fall silent within one reporting interval of each other: a silence therefore waits
 * for {@link GATHER_MS}, and is part of the outage if the site is out by then.
 */
export class PresenceEvents {
  readonly #reported = new Map<string, Presence>();
  readonly #silentSince = new Map<string, number>();
  readonly #out = new Set<string>();

  observe(seen: readonly ObservedGate[], now: number): PresenceEvent[] {
    const events: PresenceEvent[] = [];
    const sites = new Map<string, { seen: number; offline: number }>();
    for (const { site, presence } of seen) {
      if (presence !== 'neverSeen') {
        const count = sites.get(site) ?? { seen: 0, offline: 0 };
        count.seen += 1;
        count.offline += presence === 'offline' ? 1 : 0;
        sites.set(site, count);
      }
    }
    for (const [site, count] of sites) {
      const was = this.#out.has(site);
      const isOut = siteOutage(was, count);
      if (isOut && !was) {
        this.#out.add(site);
      } else if (!isOut && was) {
        this.#out.delete(site);
      }
      if (isOut !== was) {
        const kind = isOut ? 'site.out' : 'site.back';
        events.push({ kind, site, kiosks: count.seen, offline: count.offline });
      }
    }
    for (const one of seen) {
      this.#observeOne(one, now, events);
    }
    const known = new Set(seen.map(({ gate }) => gate));
    for (const gate of this.#reported.keys()) {
      if (!known.has(gate)) {
        this.#reported.delete(gate);
        this.#silentSince.delete(gate);
      }
    }
    return events;
  }

  #observeOne({ gate, site, presence }: ObservedGate, now: number, events: PresenceEvent[]): void {
    const was = this.#reported.get(gate);
    if (was === undefined || was === presence) {
      this.#reported.set(gate, presence);
      this.#silentSince.delete(gate);
      return;
    }
    if (presence === 'offline') {
      const since = this.#silentSince.get(gate) ?? now;
      this.#silentSince.set(gate, since);
      if (!this.#out.has(site) && now - since < GATHER_MS) {
        return;
      }
    }
    this.#silentSince.delete(gate);
    this.#reported.set(gate, presence);
    const isPartOfSite = this.#out.has(site) && (presence === 'offline' || was === 'offline');
    if (!isPartOfSite) {
      events.push({ kind: 'kiosk.presence', site, gate, was, presence });
    }
  }
}
