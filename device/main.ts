import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type Logger, pino } from 'pino';
import {
  type HardwareDeps,
  openHardware,
  type SimulatedHooks,
  tryDecoder,
} from '../hardware/open.ts';
import type { Display } from '../hardware/ports.ts';
import { systemClock } from '../shared/clock.ts';
import { errorCode, VarcoError } from '../shared/errors.ts';
import { newRequestId } from '../shared/request-id.ts';
import { type KioskConfig, kioskConfigSchema, type LinkConfig } from './config.ts';
import { Kiosk } from './kiosk.ts';
import type { KioskWatcher } from './kiosk-options.ts';
import { type KioskIdentity, Link } from './link/link.ts';
import { Offline } from './offline/offline.ts';
import { checkDisk } from './self-test/disk.ts';
import type { Screen } from './session/screen.ts';
import type { SelfTestResult } from './session/self-test.ts';

/** What a caller may hand in beside the config. */
export interface KioskDeps {
  /** The page's files, and more for the demo. */
  page: HardwareDeps['page'];
  simulated?: SimulatedHooks;
  log?: Logger;
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
 * Opens the hardware, joins the link and serves people until stopped.
 *
 * @throws VarcoError `configInvalid`, `keyUnreadable`, or a driver's own code such as `EADDRINUSE`.
 */
export async function startKiosk(config: KioskConfig, deps: KioskDeps): Promise<RunningKiosk> {
  const log = deps.log ?? pino({ level: config.log.level }, pino.destination(2));
  const identity = await readIdentity(config.link);
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
  const link: Link = new Link({
    url: config.link.url,
    identity,
    software: 'varco 0.1.0',
    clock: systemClock,
    random: Math.random,
    status: () => ({ ...kiosk.status(), link: link.quality() }),
    tls: config.link.caFile ? { ca: await readFile(config.link.caFile, 'utf8') } : {},
  });
  const offline = config.offline
    ? new Offline({ config: config.offline, link, clock: systemClock, log })
    : undefined;
  const kiosk = new Kiosk({
    ports: { ...hardware, display: hardware.display as Display<Screen> },
    link,
    session: config.session,
    ...(offline ? { offline } : {}),
    clock: systemClock,
    newRequestId: () => newRequestId(systemClock.now(), randomBytes),
    log,
    checks: {
      decoder: async () =>
        (await tryDecoder()) ? { result: 'passed' } : { result: 'failed', code: 'misread' },
      // systemd names the folder that is the kiosk's own; without one it may still write nothing else.
      disk: () => checkDisk(process.env.STATE_DIRECTORY ?? tmpdir()),
    },
    ...(deps.watcher ? { watcher: deps.watcher } : {}),
  });
  try {
    await kiosk.start();
  } catch (error) {
    await kiosk.stop();
    throw error;
  }
  return {
    pageUrl,
    listVersion: () => offline?.inForce?.version,
    selfTest: () => kiosk.selfTest(),
    stop: () => kiosk.stop(),
  };
}

async function readIdentity(config: LinkConfig): Promise<KioskIdentity> {
  try {
    const key = createPrivateKey(await readFile(config.keyFile));
    return { kioskId: config.kioskId, sign: (message) => sign(null, message, key) };
  } catch (cause) {
    const message = `link.keyFile: ${config.keyFile} holds no readable Ed25519 key`;
    throw new VarcoError('keyUnreadable', message, { cause });
  }
}
