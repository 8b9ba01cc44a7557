import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type Logger, pino } from 'pino';
import { openHardware, tryDecoder } from '../hardware/open.ts';
import type { Display } from '../hardware/ports.ts';
import { systemClock } from '../shared/clock.ts';
import { errorCode, VarcoError } from '../shared/errors.ts';
import { newRequestId } from '../shared/request-id.ts';
import { type KioskConfig, kioskConfigSchema } from './config.ts';
import { Kiosk } from './kiosk.ts';
import type { KioskWatcher } from './kiosk-options.ts';
import { GateLink } from './link/gate-link.ts';
import { Link } from './link/link.ts';
import { openLinkFiles, SOFTWARE } from './link/open-link.ts';
import { Offline } from './list/gate-list.ts';
import { Commands } from './remote/commands/commands.ts';
import { RecentLog } from './remote/commands/recent-log.ts';
import { RemoteConfigApplier } from './remote/config/remote-config-applier.ts';
import { linuxReader } from './remote/telemetry/linux-reader.ts';
import { MachineWatch } from './remote/telemetry/machine-watch.ts';
import { OfflineSamples } from './remote/telemetry/offline-samples.ts';
import { checkDisk } from './self-test/disk-check.ts';
import type { Screen } from './session/screen.ts';
import type { SelfTestResult } from './session/tested-parts.ts';
import { wholeStatus } from './status.ts';

type HardwareDeps = Parameters<typeof openHardware>[1];

/** What a caller may hand in beside the config. */
export interface KioskDeps {
  /** The page's files, and more for the demo. */
  page: HardwareDeps['page'];
  simulated?: NonNullable<HardwareDeps['simulated']>;
  log?: Logger;
  /** What a site may collect of that log. */
  recentLog?: RecentLog;
  /** Ends the program or restarts the board; absent: a site can't. */
  restart?: (what: 'program' | 'board') => Promise<void> | void;
  watcher?: KioskWatcher;
}

export interface RunningKiosk {
  /** Where the page is served; `undefined` when the display is not a page. */
  pageUrl: string | undefined;
  /** The version of the offline list in force; `undefined` without one. */
  listVersion(): number | undefined;
  selfTest(): Promise<readonly SelfTestResult[]>;
  stop(): Promise<void>;
}

/**
 * Reads a kiosk's config file.
 *
 * @throws VarcoError `configUnreadable`, or `configInvalid` with a line for every problem at once.
 */
export async function readKioskConfig(path: string): Promise<KioskConfig> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'is not JSON' : errorCode(cause);
    throw new VarcoError('configUnreadable', `${path}: ${reason}`, { cause });
  }
  const parsed = kioskConfigSchema.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || 'config'}: ${issue.message}`,
    );
    throw new VarcoError('configInvalid', problems.join('\n'));
  }
  return parsed.data;
}

/**
 * Opens the hardware, joins the link and serves people until stopped. A kiosk that has no place yet
 * starts all the same, and asks for its enrolment code.
 *
 * @throws VarcoError `configInvalid`, `keyUnreadable`, `identityUnreadable`, `certificateUnreadable`, or
 * a driver's own code such as `EADDRINUSE`.
 */
export async function startKiosk(config: KioskConfig, deps: KioskDeps): Promise<RunningKiosk> {
  const { log, recentLog } = deps.log ? { ...deps, log: deps.log } : newLog(config);
  const files = await openLinkFiles(config.link);
  let pageUrl: string | undefined;
  const hardware = await openHardware(config.hardware, {
    clock: systemClock,
    random: Math.random,
    proves: (text, symbology) => kiosk.proves(text, symbology),
    page: {
      ...deps.page,
      ready: (url) => {
        pageUrl = url;
        deps.page.ready?.(url);
      },
    },
    ...(deps.simulated ? { simulated: deps.simulated } : {}),
  });
  const steering =
    files.disk &&
    new RemoteConfigApplier({
      disk: files.disk,
      own: config.session,
      offline: config.offline,
      clock: systemClock,
      log,
      changed: () => link.reportSoon(),
    });
  const session = (await steering?.start()) ?? config.session;
  const machine = new MachineWatch(linuxReader(), stateFolder(), systemClock);
  const restart = deps.restart;
  const link: GateLink = new GateLink({
    identity: files.identity,
    disk: files.isFixed ? undefined : files.disk,
    software: SOFTWARE,
    clock: systemClock,
    tls: files.tls,
    log,
    open: (identity) =>
      new Link({
        url: identity.url,
        identity,
        software: SOFTWARE,
        clock: systemClock,
        random: Math.random,
        status: () => wholeStatus(kiosk.status(), link, machine),
        tls: files.tls,
        config: () => steering?.reported(),
        capabilities: Commands.capabilities({ restart, recentLog }),
        statusEveryMs: () => steering?.session().statusEveryMs,
      }),
  });
  const offline = config.offline
    ? new Offline({ config: config.offline, link, clock: systemClock, log })
    : undefined;
  const kiosk = new Kiosk({
    ports: { ...hardware, display: hardware.display as Display<Screen> },
    link,
    session,
    ...(offline ? { offline } : {}),
    clock: systemClock,
    newRequestId: () => newRequestId(systemClock.now(), randomBytes),
    log,
    steering,
    restart,
    recentLog,
    checks: {
      decoder: async () =>
        (await tryDecoder()) ? { result: 'passed' } : { result: 'failed', code: 'misread' },
      disk: () => checkDisk(stateFolder()),
    },
    ...(deps.watcher ? { watcher: deps.watcher } : {}),
  });
  const unheard =
    offline &&
    new OfflineSamples({
      clock: systemClock,
      status: () => wholeStatus(kiosk.status(), link, machine),
      keep: (sample) => offline.keepSample(sample),
    });
  const stop = async () => {
    unheard?.stop();
    machine.stop();
    await kiosk.stop();
  };
  try {
    await machine.start();
    await kiosk.start();
    unheard?.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pageUrl,
    listVersion: () => offline?.inForce?.version,
    selfTest: () => kiosk.selfTest(),
    stop,
  };
}

/** systemd names the folder that is the kiosk's own; without one it may still write nothing else. */
function stateFolder(): string {
  return process.env.STATE_DIRECTORY ?? tmpdir();
}

/** The kiosk's own log, and what a site may collect of it. */
export function newLog(
  config: Pick<KioskConfig, 'log'>,
  destination: pino.DestinationStream = pino.destination(2),
): { log: Logger; recentLog: RecentLog } {
  const recentLog = new RecentLog();
  const { level } = config.log;
  const both = pino.multistream([
    { level, stream: destination },
    { level, stream: recentLog },
  ]);
  return { log: pino({ level }, both), recentLog };
}
