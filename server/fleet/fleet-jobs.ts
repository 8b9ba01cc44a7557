import type { ActivityLog } from './access/activity-log.ts';
import type { Alerts } from './alerts/alerts.ts';
import type { FleetBus } from './bus/fleet-bus.ts';
import type { Commands } from './commands/commands.ts';
import type { RolloutRunner } from './config/rollout-runner.ts';
import type { Enrolment } from './enrolment/enrolment.ts';
import type { Jobs } from './nodes/leader-jobs.ts';
import { PresenceEvents } from './state/presence-events.ts';
import type { Roster } from './state/roster.ts';
import type { Telemetry } from './state/telemetry.ts';

const STEPS_MAX = 200;

interface JobParts {
  bus: FleetBus;
  activity: ActivityLog;
  roster: Roster;
  telemetry: Telemetry;
  commands: Commands;
  enrolment: Enrolment;
  rolloutRunner: RolloutRunner;
  alerts: Alerts;
}

/** What one node does for the whole fleet. */
export function fleetJobs(parts: JobParts): Jobs {
  const { activity, telemetry, commands, enrolment, rolloutRunner, alerts } = parts;
  const presence = new PresenceEvents();
  return {
    everySecond: [
      () => rolloutRunner.step(),
      () => commands.expire(),
      (now) => notePresence(presence, parts, now),
      (_now, resumed) => alerts.step(resumed),
    ],
    everyMinute: [
      () => alerts.refresh(),
      (now) => whileMore(() => telemetry.rollUp(now)),
      (now) => whileMore(() => telemetry.prune(now)),
      async () => {
        await activity.prune();
      },
      () => commands.prune(),
      () => enrolment.prune(),
    ],
  };
}

async function notePresence(
  presence: PresenceEvents,
  { bus, activity, roster }: JobParts,
  now: number,
): Promise<void> {
  const gates = [...roster.gates()]
    .filter(({ kiosk }) => kiosk !== undefined)
    .map(({ gate, lastReport }) => ({
      gate: gate.id,
      site: gate.site,
      presence: lastReport?.presence ?? ('neverSeen' as const),
    }));
  const events = presence.observe(gates, now);
  if (events.length > 0) {
    const entries = events.map(({ kind, site, ...rest }) =>
      'gate' in rest
        ? { kind, site, gate: rest.gate, body: { was: rest.was, presence: rest.presence } }
        : { kind, site, body: rest },
    );
    await activity.keep(entries);
    void bus.emit('viewChanged', { gates: [], topics: ['activity'] });
  }
}

/** Runs small steps until there is no more to do, or enough was done for now. */
async function whileMore(step: () => Promise<boolean>): Promise<void> {
  for (let steps = 0; steps < STEPS_MAX && (await step()); steps += 1) {
    // Gates are answered in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
