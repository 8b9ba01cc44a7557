import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type Logger, pino } from 'pino';
import { openHardware, tryDecoder } from '../hardware/open.ts';
import { systemClock } from '../shared/clock.ts';
import { errorCode, VarcoError } from '../shared/errors.ts';
import type { KioskStatus } from '../shared/protocol/kiosk-status.ts';
import { newRequestId } from '../shared/request-id.ts';
import { NOT_COVERED_BY_ARCHIVE } from '../shared/verdict.ts';
import { type KioskConfig, kioskConfigSchema } from './config.ts';
import { Kiosk } from './kiosk.ts';
import type { KioskWatcher } from './kiosk-options.ts';
import { GateLink } from './link/gate-link.ts';
import { Link } from './link/link.ts';
import { type OpenedLink, openLinkFiles, SOFTWARE } from './link/open-link.ts';
import { Commands } from './remote/commands/commands.ts';
import { RecentLog } from './remote/commands/recent-log.ts';
import { RemoteConfigApplier } from './remote/config/remote-config-applier.ts';
import { linuxReader } from './remote/telemetry/linux-reader.ts';
import { MachineWatch } from './remote/telemetry/machine-watch.ts';
import { OfflineSamples } from './remote/telemetry/offline-samples.ts';
import { checkDisk } from './self-test/disk-check.ts';
import type { SelfTestResult } from './session/tested-parts.ts';
import { wholeStatus } from './status.ts';
import type { Disk } from './storage/disk.ts';
import { ServerClock } from './time/server-clock.ts';
import { VerdictSources } from './verdict/verdict-sources.ts';

type HardwareDeps = Parameters<typeof openHardware>[1];

/** What a caller may hand in beside the config. */
export interface KioskDeps {
  /** The page's files, and more for the demo. */
  page: HardwareDeps['page'];
  simulated?: HardwareDeps['simulated'];
  log?: Logger | undefined;
  /** What a site may collect of that log. */
  recentLog?: RecentLog | undefined;
  /** Ends the program or restarts the board; absent: a site can't. */
  restart?: ((what: 'program' | 'board') => Promise<void> | void) | undefined;
  watcher?: KioskWatcher | undefined;
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
  const clock = systemClock;
  const files = await openLinkFiles(config.link);
  const serverClock = new ServerClock(clock);
  const machine = new MachineWatch(linuxReader(), stateFolder(), clock);
  const status = () =>
    wholeStatus(kiosk.status(), { link, serverClock, machine, software: SOFTWARE });
  const remoteConfig =
    files.disk && openRemoteConfig(config, files.disk, log, () => link.reportSoon());
  const session = (await remoteConfig?.start()) ?? config.session;
  const link = openLink(files, { ...deps, recentLog, log, serverClock, remoteConfig, status });
  const sources = new VerdictSources({ offline: config.offline, link, serverClock, clock, log });
  const { hardware, pageUrl } = await openPeripherals(config, deps, sources);
  const kiosk = new Kiosk({
    ports: hardware,
    link,
    sources,
    session,
    clock,
    newRequestId: () => newRequestId(clock.now(), randomBytes),
    log,
    remoteConfig,
    restart: deps.restart,
    recentLog,
    checks: {
      decoder: async () =>
        (await tryDecoder()) ? { result: 'passed' } : { result: 'failed', code: 'misread' },
      disk: () => checkDisk(stateFolder()),
    },
    watcher: deps.watcher,
  });
  const samples =
    config.offline &&
    new OfflineSamples({ clock, status, keep: (sample) => sources.facts.addSample(sample) });
  const stop = async () => {
    samples?.stop();
    machine.stop();
    await kiosk.stop();
  };
  try {
    await machine.start();
    await kiosk.start();
    samples?.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pageUrl: pageUrl(),
    listVersion: () => sources.list?.inForce?.version,
    selfTest: () => kiosk.selfTest(),
    stop,
  };
}

function openRemoteConfig(
  { session, offline }: KioskConfig,
  disk: Disk,
  log: Logger,
  changed: () => void,
): RemoteConfigApplier {
  return new RemoteConfigApplier({ disk, own: session, offline, clock: systemClock, log, changed });
}

/** The link of a kiosk that is enrolled already, or will be. */
function openLink(
  files: OpenedLink,
  deps: Pick<KioskDeps, 'restart'> & {
    recentLog: RecentLog | undefined;
    log: Logger;
    serverClock: ServerClock;
    remoteConfig: RemoteConfigApplier | undefined;
    status: () => KioskStatus;
  },
): GateLink {
  const { log, serverClock, remoteConfig, status } = deps;
  const { identity, tls } = files;
  return new GateLink({
    identity,
    disk: files.isFixed ? undefined : files.disk,
    software: SOFTWARE,
    clock: systemClock,
    tls,
    log,
    open: (enrolled) =>
      new Link({
        url: enrolled.url,
        identity: enrolled,
        software: SOFTWARE,
        clock: systemClock,
        random: Math.random,
        serverClock,
        status,
        tls,
        config: () => remoteConfig?.reported(),
        capabilities: [...Commands.capabilities(deps), NOT_COVERED_BY_ARCHIVE],
        statusEveryMs: () => remoteConfig?.session().statusEveryMs,
      }),
  });
}

/** Opens the hardware; the page's URL is known once its display has started. */
async function openPeripherals(config: KioskConfig, deps: KioskDeps, sources: VerdictSources) {
  let pageUrl: string | undefined;
  const hardware = await openHardware(config.hardware, {
    clock: systemClock,
    random: Math.random,
    check: (text, symbology) => sources.verifier.check(text, symbology),
    page: {
      ...deps.page,
      ready: (url) => {
        pageUrl = url;
        deps.page.ready?.(url);
      },
    },
    simulated: deps.simulated,
  });
  return { hardware, pageUrl: () => pageUrl };
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
