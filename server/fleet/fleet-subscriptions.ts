import type { FleetBus } from './bus/fleet-bus.ts';
import type { Commands } from './commands/commands.ts';
import type { ConfigPush } from './config/config-push.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { NodeBus } from './nodes/node-bus.ts';
import type { FleetState } from './state/fleet-state.ts';
import type { RosterSync } from './state/roster-sync.ts';

/**
 * Who listens to what in the fleet. Only the pages, which a server may be without, subscribe elsewhere: to
 * `viewChanged`, in `web/fleet/fleet-routes.ts`.
 */
export function subscribeFleet(
  bus: FleetBus,
  parts: {
    rosterSync: RosterSync;
    nodeBus: NodeBus;
    configPush: ConfigPush;
    commands: Commands;
    state: FleetState;
    metrics: Metrics;
  },
): void {
  const { rosterSync, nodeBus, configPush, commands, state, metrics } = parts;

  // Somebody changed places, keys or desired configs: this node and the others read them.
  bus.on('rosterChanged', 'roster', (change) => rosterSync.read(change));
  bus.on('rosterChanged', 'other nodes', (change) => nodeBus.rosterChanged(change));
  bus.on('remoteRosterChanged', 'roster', (change) => rosterSync.read(change));
  bus.on('rosterRead', 'config push', () => configPush.run());

  // A kiosk boots: what waits for it is sent.
  bus.on('configSent', 'config push', ({ kiosk, version }) => configPush.sent(kiosk, version));
  bus.on('kioskBooted', 'commands', () => commands.deliverSoon());
  bus.on('commandReported', 'commands', ({ kiosk, end }) => commands.ended(kiosk, end));

  // The nodes notify each other where kiosks are, and of their reports.
  bus.on('kioskConnected', 'other nodes', ({ kiosk, at }) => nodeBus.kioskConnected(kiosk, at));
  bus.on('reportsWritten', 'other nodes', ({ gates }) => nodeBus.reportsWritten(gates));
  bus.on('remoteKioskConnected', 'state', (connection) => state.connectedElsewhere(connection));
  bus.on('remoteReportsWritten', 'state', ({ gates }) => state.writtenElsewhere(gates));

  bus.on('verificationAnswered', 'metrics', (answer) => metrics.verificationAnswered(answer));
  bus.on('commandEnded', 'metrics', (end) => metrics.commandEnded(end));
  bus.on('enrolmentTried', 'metrics', (attempt) => metrics.enrolmentTried(attempt));
}
