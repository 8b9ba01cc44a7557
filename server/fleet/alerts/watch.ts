import type { Expiry } from '../access/expiry.ts';
import { siteOutage } from '../state/presence.ts';
import type { RosterGate } from '../state/roster.ts';
import type { Conditions, WaitingMessages } from './conditions.ts';
import { type AlertState, isRaised, quiet, readNumber, stepAlert } from './hysteresis.ts';
import type { AlertKind } from './kinds.ts';
import {
  type Finding,
  gateReadings,
  patienceOf,
  refusedReading,
  type Thresholds,
} from './rules.ts';

/** What an alert is about. */
export interface Subject {
  /** `gate:ID`, `site:ID` or `server`. */
  name: string;
  site: string;
  gate?: string | undefined;
}

/** An alert to raise or to clear. */
export interface AlertChange {
  subject: Subject;
  kind: AlertKind;
  raised: boolean;
  detail: Finding['detail'];
}

const DAY_MS = 86_400_000;
const ITEMS_SHOWN_MAX = 20;

/**
 * Follows every condition of the fleet. It does no I/O: from the state of things it works out which alerts
 * to raise and which to clear. It remembers only conditions that are not quiet.
 */
export class AlertWatch {
  readonly #limits: Thresholds;
  readonly #states = new Map<string, AlertState>();

  constructor(limits: Thresholds) {
    this.#limits = limits;
  }

  /** Continues where another node, or an earlier run, stopped: these are raised. */
  resume(open: readonly { subject: string; kind: AlertKind; raisedAt: number }[]): void {
    this.#states.clear();
    for (const { subject, kind, raisedAt } of open) {
      this.#states.set(keyOf(subject, kind), { name: 'raised', at: raisedAt });
    }
  }

  /** One check of everything. */
  check(
    conditions: Partial<Conditions> & { gates: Iterable<RosterGate> },
    now: number,
  ): AlertChange[] {
    const changes: AlertChange[] = [];
    const gates = [...conditions.gates];
    const out = this.#checkSites(gates, now, changes);
    const seen = new Set<string>();
    for (const entry of gates) {
      const { id, site } = entry.gate;
      const subject: Subject = { name: `gate:${id}`, site, gate: id };
      seen.add(subject.name);
      const hour = conditions.hours?.get(id);
      const findings = gateReadings(entry, this.#limits, hour, now);
      if (entry.kiosk && conditions.refusedFacts) {
        findings.push(refusedReading(conditions.refusedFacts.get(id)));
      }
      for (const finding of findings) {
        // The outage of a whole site covers its gates' own; one that was raised before stays.
        const isCovered = finding.kind === 'offline' && out.has(site);
        const reading = isCovered ? 'unknown' : finding.reading;
        this.#step(subject, { ...finding, reading }, now, changes);
      }
    }
    this.#checkExpiries(conditions.expiries ?? [], now, changes);
    this.#checkMessages(conditions.messages, now, changes);
    this.#checkServer(conditions, now, changes);
    this.#forget(seen, changes);
    return changes;
  }

  /** The sites that are out as a whole. */
  #checkSites(gates: readonly RosterGate[], now: number, changes: AlertChange[]): Set<string> {
    const counts = new Map<string, { seen: number; offline: number }>();
    for (const { gate, lastReport, kiosk } of gates) {
      if (lastReport && kiosk) {
        const count = counts.get(gate.site) ?? { seen: 0, offline: 0 };
        count.seen += 1;
        count.offline += lastReport.presence === 'offline' ? 1 : 0;
        counts.set(gate.site, count);
      }
    }
    const out = new Set<string>();
    for (const [site, count] of counts) {
      const name = `site:${site}`;
      const was = isRaised(this.#states.get(keyOf(name, 'siteOutage')) ?? quiet);
      const isOut = siteOutage(was, count);
      if (isOut) {
        out.add(site);
      }
      const reading = isOut ? 'bad' : 'good';
      const detail = { offline: count.offline, kiosks: count.seen };
      this.#step({ name, site }, { kind: 'siteOutage', reading, detail }, now, changes);
    }
    return out;
  }

  #checkExpiries(expiries: readonly Expiry[], now: number, changes: AlertChange[]): void {
    const limit = now + this.#limits.expiryDays * DAY_MS;
    const soon = expiries.filter(({ at }) => at < limit);
    const detail = {
      names: soon.map(({ name }) => name).slice(0, 20),
      at: Math.min(...soon.map(({ at }) => at), Number.MAX_SAFE_INTEGER),
    };
    const reading = soon.length > 0 ? 'bad' : 'good';
    this.#step({ name: 'server', site: '' }, { kind: 'expiry', reading, detail }, now, changes);
  }

  #checkMessages(messages: WaitingMessages | undefined, now: number, changes: AlertChange[]): void {
    const { messagesWaiting, messagesDead } = this.#limits;
    const readings = [
      readNumber(messages?.waiting, { raise: messagesWaiting, clear: messagesWaiting / 4 }),
      readNumber(messages?.dead, { raise: messagesDead, clear: messagesDead / 2 }),
    ];
    const order = ['bad', 'between', 'unknown'] as const;
    const reading = order.find((one) => readings.includes(one)) ?? 'good';
    const detail = messages ? { waiting: messages.waiting, dead: messages.dead } : {};
    this.#step(
      { name: 'server', site: '' },
      { kind: 'messagesStuck', reading, detail },
      now,
      changes,
    );
  }

  #checkServer(
    { setAside = [], isProxyUnnamed = false }: Partial<Conditions>,
    now: number,
    changes: AlertChange[],
  ): void {
    const items = setAside.slice(0, ITEMS_SHOWN_MAX).map(({ job, item }) => `${job} ${item}`);
    const server = { name: 'server', site: '' };
    const aside: Finding = {
      kind: 'setAside',
      reading: items.length > 0 ? 'bad' : 'good',
      detail: { value: setAside.length, items },
    };
    this.#step(server, aside, now, changes);
    const proxy = isProxyUnnamed ? 'bad' : 'good';
    this.#step(server, { kind: 'proxyUnnamed', reading: proxy, detail: {} }, now, changes);
  }

  #step(
    subject: Subject,
    { kind, reading, detail }: Finding,
    now: number,
    changes: AlertChange[],
  ): void {
    const key = keyOf(subject.name, kind);
    const before = this.#states.get(key) ?? quiet;
    if (before.name === 'quiet' && reading !== 'bad') {
      return;
    }
    const after = stepAlert(before, reading, patienceOf(kind, this.#limits), now);
    if (after.name === 'quiet') {
      this.#states.delete(key);
    } else {
      this.#states.set(key, after);
    }
    if (isRaised(before) !== isRaised(after)) {
      changes.push({ subject, kind, raised: isRaised(after), detail });
    }
  }

  /** Clears what is open about a gate that was removed. */
  #forget(seen: ReadonlySet<string>, changes: AlertChange[]): void {
    for (const [key, state] of this.#states) {
      const [name = '', kind = ''] = key.split(' ');
      if (name.startsWith('gate:') && !seen.has(name)) {
        this.#states.delete(key);
        if (isRaised(state)) {
          const gate = name.slice('gate:'.length);
          const subject = { name, site: '', gate };
          changes.push({ subject, kind: kind as AlertKind, raised: false, detail: {} });
        }
      }
    }
  }
}

function keyOf(subject: string, kind: string): string {
  return `${subject} ${kind}`;
}
