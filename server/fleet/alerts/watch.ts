import type { Expiry } from '../access/expiry.ts';
import { siteOutage } from '../state/presence.ts';
import type { RosterGate } from '../state/roster.ts';
import { type AlertState, isRaised, quiet, readNumber, stepAlert } from './hysteresis.ts';
import type { AlertKind } from './kinds.ts';
import { type Finding, gateReadings, patienceOf, type Thresholds } from './rules.ts';

/** What an alert is about. */
export interface Subject {
  /** `gate:ID`, `site:ID` or `server`. */
  name: string;
  site: string;
  gate?: string;
}

/** An alert that began or ended. */
export interface Turn {
  subject: Subject;
  kind: AlertKind;
  raised: boolean;
  detail: Finding['detail'];
}

export interface HourCount {
  denied: number;
  throttled: number;
  habit: number;
}

/** What the outbox of messages to people holds: those that wait, and those that nobody took. */
export interface WaitingMessages {
  waiting: number;
  dead: number;
}

const DAY_MS = 86_400_000;

/**
 * Follows every condition of the fleet. It does no I/O: it is given what is so, and says which alerts
 * began and which ended. Only conditions that are not quiet are remembered.
 */
export class AlertWatch {
  readonly #limits: Thresholds;
  readonly #states = new Map<string, AlertState>();

  constructor(limits: Thresholds) {
    this.#limits = limits;
  }

  /** Goes on where another node, or an earlier run, left: these are raised. */
  resume(open: readonly { subject: string; kind: AlertKind; raisedAt: number }[]): void {
    this.#states.clear();
    for (const { subject, kind, raisedAt } of open) {
      this.#states.set(keyOf(subject, kind), { name: 'raised', at: raisedAt });
    }
  }

  /** One look at everything. */
  look(
    given: {
      gates: Iterable<RosterGate>;
      hours: ReadonlyMap<string, HourCount>;
      expiries: readonly Expiry[];
      messages?: WaitingMessages | undefined;
    },
    now: number,
  ): Turn[] {
    const turns: Turn[] = [];
    const gates = [...given.gates];
    const out = this.#lookAtSites(gates, now, turns);
    const seen = new Set<string>();
    for (const entry of gates) {
      const { id, site } = entry.gate;
      const subject: Subject = { name: `gate:${id}`, site, gate: id };
      seen.add(subject.name);
      for (const finding of gateReadings(entry, this.#limits, given.hours.get(id), now)) {
        // While its whole site is out, a gate does not speak for itself; what it said before stays.
        const isCovered = finding.kind === 'offline' && out.has(site);
        const reading = isCovered ? 'unknown' : finding.reading;
        this.#step(subject, { ...finding, reading }, now, turns);
      }
    }
    this.#lookAtExpiries(given.expiries, now, turns);
    this.#lookAtMessages(given.messages, now, turns);
    this.#forget(seen, turns);
    return turns;
  }

  /** The sites that are out as a whole. */
  #lookAtSites(gates: readonly RosterGate[], now: number, turns: Turn[]): Set<string> {
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
      this.#step({ name, site }, { kind: 'siteOutage', reading, detail }, now, turns);
    }
    return out;
  }

  #lookAtExpiries(expiries: readonly Expiry[], now: number, turns: Turn[]): void {
    const limit = now + this.#limits.expiryDays * DAY_MS;
    const soon = expiries.filter(({ at }) => at < limit);
    const detail = {
      names: soon.map(({ name }) => name).slice(0, 20),
      at: Math.min(...soon.map(({ at }) => at), Number.MAX_SAFE_INTEGER),
    };
    const reading = soon.length > 0 ? 'bad' : 'good';
    this.#step({ name: 'server', site: '' }, { kind: 'expiry', reading, detail }, now, turns);
  }

  #lookAtMessages(messages: WaitingMessages | undefined, now: number, turns: Turn[]): void {
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
      turns,
    );
  }

  #step(subject: Subject, { kind, reading, detail }: Finding, now: number, turns: Turn[]): void {
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
      turns.push({ subject, kind, raised: isRaised(after), detail });
    }
  }

  /** What was open about a gate that is no more is over. */
  #forget(seen: ReadonlySet<string>, turns: Turn[]): void {
    for (const [key, state] of this.#states) {
      const [name = '', kind = ''] = key.split(' ');
      if (name.startsWith('gate:') && !seen.has(name)) {
        this.#states.delete(key);
        if (isRaised(state)) {
          const gate = name.slice('gate:'.length);
          const subject = { name, site: '', gate };
          turns.push({ subject, kind: kind as AlertKind, raised: false, detail: {} });
        }
      }
    }
  }
}

function keyOf(subject: string, kind: string): string {
  return `${subject} ${kind}`;
}
