import type { Reading } from '../hardware/ports.ts';
import type { Clock } from '../shared/clock.ts';
import type { KioskLink } from './link/kiosk-link.ts';
import type { KioskLog } from './log.ts';
import type { KioskPorts } from './peripherals/kiosk-ports.ts';
import type { RecentLog } from './remote/commands/recent-log.ts';
import type { RemoteConfigApplier } from './remote/config/remote-config-applier.ts';
import type { Checks } from './self-test/checks.ts';
import type { KioskSession } from './session/kiosk-session.ts';
import type { State } from './session/state.ts';
import type { VerdictSources } from './verdict/verdict-sources.ts';

/** Sees what the kiosk sees, inside the same process: for the demo, tests and benches. */
export interface KioskWatcher {
  reading(reading: Reading): void;
  state(state: State): void;
  painted?(sequence: number): void;
  /** How many facts wait for the server. */
  facts?(waiting: number): void;
}

/** What a kiosk is made of. */
export interface KioskOptions {
  ports: KioskPorts;
  link: KioskLink;
  sources: VerdictSources;
  session: KioskSession;
  clock: Clock;
  /** A new request id, a random UUID. */
  newRequestId: () => string;
  log: KioskLog;
  watcher?: KioskWatcher | undefined;
  /** What the self-test tries beyond the ports, such as the decoder and the disk. */
  checks?: Checks | undefined;
  /** Absent: this kiosk takes no config from its server. */
  remoteConfig?: RemoteConfigApplier | undefined;
  /** Ends the program or restarts the board; absent: a site can't. */
  restart?: ((what: 'program' | 'board') => Promise<void> | void) | undefined;
  /** What a site may collect of this kiosk's log. */
  recentLog?: RecentLog | undefined;
}
