import { randomBytes, randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sessionConfigSchema } from '../../../device/config.ts';
import { Kiosk } from '../../../device/kiosk.ts';
import { GateLink } from '../../../device/link/gate-link.ts';
import { readIdentity } from '../../../device/link/identity.ts';
import { Link } from '../../../device/link/link.ts';
import type { KioskPorts } from '../../../device/peripherals/kiosk-ports.ts';
import { RecentLog } from '../../../device/remote/commands/recent-log.ts';
import { RemoteConfigApplier } from '../../../device/remote/config/remote-config-applier.ts';
import type { Screen } from '../../../device/session/screen.ts';
import type { State } from '../../../device/session/state.ts';
import { wholeStatus } from '../../../device/status.ts';
import { directoryDisk } from '../../../device/storage/disk.ts';
import { ServerClock } from '../../../device/time/server-clock.ts';
import { VerdictSources } from '../../../device/verdict/verdict-sources.ts';
import type { Key, ScannerEvents, Signal } from '../../../hardware/ports.ts';
import type { CommandEnd } from '../../../server/fleet/bus/fleet-events.ts';
import type { LinkListener } from '../../../server/fleet/link/link-listener.ts';
import type { Kiosk as EnrolledKiosk } from '../../../server/fleet/places/kiosks.ts';
import { systemClock } from '../../../shared/clock.ts';
import { encodeCredential } from '../../../shared/credential/credential.ts';
import { formatInvitation, makeEnrolCode } from '../../../shared/protocol/enrolment-messages.ts';
import type { KioskCommand } from '../../../shared/protocol/kiosk-command.ts';
import { type KioskStatus, mergeStatus } from '../../../shared/protocol/kiosk-status.ts';
import { type LinkServer, startLinkServer } from '../../support/link-server.ts';

const code = makeEnrolCode(new Uint8Array(10).fill(9));
const READY = { state: 'ready', since: 0 } as const;
/** Short where a config is to prove itself, and longer than any test where it is to fail. */
let trialMs = 400;

/** Something that is waited for, looked at whenever anything happens. */
class Happenings {
  #waiting: { accept: () => boolean; resolve: () => void }[] = [];

  happened(): void {
    for (const waiter of this.#waiting.filter(({ accept }) => accept())) {
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      waiter.resolve();
    }
  }

  until(accept: () => boolean): Promise<void> {
    return accept()
      ? Promise.resolve()
      : new Promise((resolve) => this.#waiting.push({ accept, resolve }));
  }
}

const happenings = new Happenings();
let server: LinkServer;
let verifyMs = 0;
let asked: string[];
let codes: Set<string>;
let known: KioskStatus | undefined;
let ends: CommandEnd[];
let gates: Gate[];

/** The program of one start: a real kiosk and its real link, with hands that a test moves. */
class Gate {
  readonly kiosk: Kiosk;
  readonly remoteConfig: RemoteConfigApplier;
  readonly log = new RecentLog();
  readonly signals: Signal[] = [];
  readonly restarted: string[] = [];
  /** What the system says to a restart of the board. */
  refusal: string | undefined;
  /** What its log said. */
  events: string[] = [];
  opened = 0;
  screen: Screen | undefined;
  state: State | undefined;
  #scanner: ScannerEvents | undefined;
  #press: (key: Key) => void = () => {};

  private constructor(remoteConfig: RemoteConfigApplier, kiosk: (gate: Gate) => Kiosk) {
    this.remoteConfig = remoteConfig;
    this.kiosk = kiosk(this);
  }

  static async start(): Promise<Gate> {
    const disk = directoryDisk(server.folder);
    const own = sessionConfigSchema.parse({ selfTestAtStart: false, verdictMs: 60_000 });
    const events: string[] = [];
    const note = ({ event = '' }: { event?: string | number }) => {
      events.push(String(event));
      happenings.happened();
    };
    const log = { info: note, warn: note };
    const remoteConfig: RemoteConfigApplier = new RemoteConfigApplier({
      disk,
      own,
      clock: systemClock,
      log,
      trialMs,
      changed: () => link.reportSoon(),
    });
    const session = await remoteConfig.start();
    const serverClock = new ServerClock(systemClock);
    const machine = { latest: () => undefined };
    const link: GateLink = new GateLink({
      identity: await readIdentity(disk),
      disk,
      software: 'test',
      clock: systemClock,
      tls: {},
      log,
      open: (identity) =>
        new Link({
          url: identity.url,
          identity,
          software: 'test',
          clock: systemClock,
          random: () => 0.01,
          serverClock,
          status: () =>
            wholeStatus(gate.kiosk.status(), { link, serverClock, machine, software: 'test' }),
          config: () => remoteConfig.reported(),
        }),
    });
    const sources = new VerdictSources({
      offline: undefined,
      link,
      serverClock,
      clock: systemClock,
      log,
    });
    const gate: Gate = new Gate(
      remoteConfig,
      (made) =>
        new Kiosk({
          ports: made.#ports(),
          link,
          sources,
          session,
          remoteConfig,
          clock: systemClock,
          newRequestId: randomUUID,
          log,
          restart: (what) => {
            if (made.refusal !== undefined) {
              throw Object.assign(new Error('the system says no'), { code: made.refusal });
            }
            made.restarted.push(what);
            happenings.happened();
          },
          recentLog: made.log,
          watcher: {
            reading: () => {},
            state: (state) => {
              made.state = state;
              happenings.happened();
            },
          },
        }),
    );
    gate.events = events;
    gates.push(gate);
    await gate.kiosk.start();
    return gate;
  }

  #ports(): KioskPorts {
    const quiet = { start: async () => {}, stop: async () => {} };
    return {
      scanner: {
        ...quiet,
        expect: () => {},
        start: async (events) => {
          this.#scanner = events;
          events.health(READY);
        },
      },
      display: {
        ...quiet,
        start: async (events) => {
          this.#press = (key) => events.key(key);
          events.health(READY);
        },
        show: (screen) => {
          this.screen = screen;
        },
      },
      indicator: {
        ...quiet,
        start: async (events) => events.health(READY),
        show: (signal) => this.signals.push(signal),
      },
      turnstile: {
        ...quiet,
        start: async (events) => events.health(READY),
        open: async () => {
          this.opened += 1;
        },
      },
    };
  }

  phase(name: State['phase']['name']): Promise<void> {
    return happenings.until(() => this.state?.phase.name === name);
  }

  read(text: string): void {
    this.#scanner?.reading({ text, symbology: 'qr', source: 'test', at: 0 });
  }

  end(): void {
    this.#press({ kind: 'end' });
  }

  /** Shows a code and types a codice fiscale; resolves when an answer was shown and is gone. */
  async ask(): Promise<void> {
    this.arrive();
    this.type('RSSMRA80A01H501U');
    await this.answered();
  }

  arrive(): void {
    this.#credential();
  }

  type(characters: string): void {
    for (const character of characters) {
      this.#press({ kind: 'character', character });
    }
  }

  async answered(): Promise<void> {
    this.#press({ kind: 'confirm' });
    await this.phase('showing');
    this.end();
    await this.phase('idle');
  }

  #credential(): void {
    const id = randomBytes(16).toString('hex');
    const issuedAt = Math.floor(Date.now() / 1_000) - 60;
    const signer = server.keyring.credentialSigner();
    this.read(
      encodeCredential(
        { id, kind: 'status', issuedAt },
        {
          host: 'varco.example.it',
          ...signer,
        },
      ),
    );
  }
}

const listener: LinkListener = {
  admit: async () => ({ status: 'accepted' }),
  async enrol({ code: shown, publicKey }) {
    if (!codes.delete(shown)) {
      return { ok: false, code: 'codeRefused' };
    }
    const place = { gate: 'Ingresso est', site: 'museum', policy: 'any' };
    server.kiosks.set('museum-1', { id: 'museum-1', publicKey, ...place });
    return {
      ok: true,
      answer: { kioskId: 'museum-1', gate: { name: 'Ingresso est', policy: 'any' } },
    };
  },
  status(_kiosk, report) {
    known = mergeStatus(known, report);
    happenings.happened();
    return true;
  },
  commandResult(_kiosk, end) {
    ends.push(end);
    happenings.happened();
  },
};

beforeEach(async () => {
  codes = new Set([code]);
  known = undefined;
  ends = [];
  gates = [];
  verifyMs = 0;
  asked = [];
  trialMs = 400;
  server = await startLinkServer({
    listener,
    verify: (policy) => {
      asked.push(policy);
      return new Promise((resolve) => setTimeout(resolve, verifyMs));
    },
  });
});

afterEach(async () => {
  for (const gate of gates) {
    await gate.kiosk.stop();
  }
  await server.stop();
});

const invitation = () => formatInvitation({ server: server.url, code });

async function enrolled(): Promise<Gate> {
  const gate = await Gate.start();
  gate.read(invitation());
  await gate.phase('idle');
  return gate;
}

describe('a kiosk without a place', () => {
  test('says so, reads its code with its own scanner, and has its place after every restart', async () => {
    const gate = await Gate.start();
    expect(gate.screen).toMatchObject({ name: 'enrolling', title: 'Varco da registrare' });
    gate.read('HTTPS://VARCO.EXAMPLE.IT/V/1/ABC');
    expect(gate.screen).toMatchObject({ name: 'enrolling', title: 'Varco da registrare' });
    gate.read(invitation());
    expect(gate.screen).toMatchObject({ title: 'Registrazione in corso' });
    await gate.phase('idle');
    await happenings.until(() => known?.peripherals.scanner?.state === 'ready');
    const { mode } = await stat(join(server.folder, 'identity.json'));
    expect(mode & 0o777).toBe(0o600);
    await gate.kiosk.stop();
    const next = await Gate.start();
    expect(next.screen?.name).toBe('starting');
    await next.phase('idle');
  });

  test('says when its code is no longer valid, and when the server cannot be reached', async () => {
    const gate = await Gate.start();
    const wrong = makeEnrolCode(new Uint8Array(10).fill(1));
    gate.read(formatInvitation({ server: server.url, code: wrong }));
    await happenings.until(() => gate.screen?.title === 'Codice non accettato');
    gate.read(formatInvitation({ server: 'http://127.0.0.1:9', code }));
    await happenings.until(() => gate.screen?.title === 'Server non raggiungibile');
    gate.read(invitation());
    await gate.phase('idle');
  });
});

describe('a config of the server', () => {
  const configure = (version: number, body: Record<string, string | number>) =>
    server.sockets.kiosks.call('museum-1', 'Configure', { version, body }, { timeoutMs: 5_000 });

  test('is in force at once where nobody is, proves itself, and is there after a restart', async () => {
    const gate = await enrolled();
    expect(await configure(2, { language: 'de' })).toEqual({ status: 'applied' });
    expect(gate.screen?.language).toBe('de');
    await happenings.until(() => known?.config?.status === 'running');
    expect(known?.config).toEqual({ version: 2, status: 'running' });
    await gate.kiosk.stop();
    expect((await Gate.start()).screen?.language).toBe('de');
  });

  test('waits for the person at the gate: their question is neither cut nor changed', async () => {
    const gate = await enrolled();
    gate.arrive();
    gate.type('RSSMRA80');
    const before = gate.screen;
    const desired = { language: 'de', mode: 'transport', answerMs: 100 };
    expect(await configure(2, desired)).toEqual({ status: 'scheduled' });
    await happenings.until(() => known?.config?.pending === 2);
    expect(known?.config).toEqual({ version: 0, status: 'running', pending: 2 });
    expect(gate.screen).toEqual(before);
    gate.type('A01H501U');
    await gate.answered();
    expect(gate.opened).toBe(1);
    expect(gate.screen?.language).toBe('de');
    await happenings.until(() => known?.config?.status === 'running' && !known.config.pending);
    expect(known?.config).toEqual({ version: 2, status: 'running' });
  });

  test('that makes the kiosk fail is taken back by itself, and reported', async () => {
    verifyMs = 400;
    trialMs = 600_000;
    const gate = await enrolled();
    await gate.ask();
    expect(gate.opened).toBe(1);
    // Nobody's answer comes within a tenth of a second here.
    expect(await configure(3, { answerMs: 100 })).toEqual({ status: 'applied' });
    for (let person = 0; person < 3; person += 1) {
      await gate.ask();
    }
    expect(gate.opened).toBe(1);
    await happenings.until(() => known?.config?.status === 'fellBack');
    expect(known?.config).toMatchObject({
      version: 0,
      failed: 3,
      problems: [{ path: 'answerMs' }],
    });
    await gate.ask();
    expect(gate.opened).toBe(2);
    expect(await configure(3, { answerMs: 100 })).toMatchObject({ status: 'refused' });
  });

  test('that is none is refused with what is wrong, and the link lives on', async () => {
    await enrolled();
    expect(await configure(4, { volume: 900, wheels: 4 })).toMatchObject({
      status: 'refused',
      problems: [{ path: 'volume' }, { path: 'wheels' }],
    });
    await happenings.until(() => known?.config?.status === 'refused');
  });
});

describe('another policy at the gate', () => {
  const renew = () => server.sockets.kiosks.call('museum-1', 'Renew', {}, { timeoutMs: 5_000 });
  const change = () => {
    const kiosk = server.kiosks.get('museum-1');
    server.kiosks.set('museum-1', { ...(kiosk as EnrolledKiosk), policy: 'other' });
  };
  const links = (gate: Gate) => gate.events.filter((event) => event.startsWith('link'));

  test('is asked at once where nobody is, and the screen never says that the link is gone', async () => {
    const gate = await enrolled();
    change();
    expect(await renew()).toEqual({ status: 'renewing' });
    await happenings.until(() => links(gate).length === 2);
    expect(links(gate)).toEqual(['linkUp', 'linkUp']);
    await gate.ask();
    expect(asked).toEqual(['other']);
  });

  test('is asked of the next person: whoever is at the gate keeps the old question', async () => {
    const gate = await enrolled();
    gate.arrive();
    gate.type('RSSMRA80');
    change();
    expect(await renew()).toEqual({ status: 'scheduled' });
    gate.type('A01H501U');
    await gate.answered();
    expect(asked).toEqual(['any']);
    await happenings.until(() => links(gate).length === 2);
    await gate.ask();
    expect(asked).toEqual(['any', 'other']);
    expect(links(gate)).toEqual(['linkUp', 'linkUp']);
  });
});

describe('a command of the site', () => {
  const command = (given: KioskCommand, id = randomUUID()) =>
    server.sockets.kiosks.call('museum-1', 'Command', { id, command: given }, { timeoutMs: 5_000 });
  const end = async () => {
    await happenings.until(() => ends.length > 0);
    return ends[0];
  };

  test('closes the gate in the site’s own words, and opens it again', async () => {
    const gate = await enrolled();
    await command({ name: 'outOfService', message: 'Mostra chiusa fino a lunedì.' });
    expect(gate.screen).toMatchObject({
      name: 'outOfService',
      text: 'Mostra chiusa fino a lunedì.',
    });
    await happenings.until(() => known?.state === 'outOfService');
    await command({ name: 'inService' });
    await happenings.until(() => known?.state === 'inService');
  });

  test('opens the turnstile once, however often the same command comes, and never in another’s name', async () => {
    const gate = await enrolled();
    const id = randomUUID();
    const open = { name: 'openOnce', reason: 'carrozzina larga' } as const;
    expect(await command(open, id)).toEqual({ status: 'done' });
    expect(await command(open, id)).toEqual({ status: 'done' });
    expect(gate.opened).toBe(1);
    verifyMs = 300;
    const asking = gate.ask();
    expect(await command(open)).toEqual({ status: 'busy' });
    await asking;
    expect(await command(open)).toEqual({ status: 'done' });
  });

  test('collects the log without what looks secret, in as many parts as it takes', async () => {
    const gate = await enrolled();
    for (let line = 0; line < 400; line += 1) {
      gate.log.write(
        `{"n":${line},"msg":"RSSMRA80A01H501U ${'ab'.repeat(16)} ${'x'.repeat(60)}"}\n`,
      );
    }
    expect(await command({ name: 'collectLogs', lines: 300 })).toEqual({ status: 'accepted' });
    const got = await end();
    const lines = String(got?.content).trim().split('\n');
    expect(lines).toHaveLength(300);
    expect(lines.at(-1)).toContain('"n":399');
    expect(String(got?.content)).not.toMatch(/RSSMRA|abab/);
  });

  test('takes a picture of the screen, and never while somebody is there', async () => {
    const gate = await enrolled();
    expect(await command({ name: 'screenshot' })).toEqual({ status: 'accepted' });
    const got = await end();
    expect(got).toMatchObject({ outcome: 'done', type: 'image/png' });
    expect(got?.content?.subarray(1, 4).toString()).toBe('PNG');
    verifyMs = 300;
    const asking = gate.ask();
    expect(await command({ name: 'screenshot' })).toEqual({ status: 'busy' });
    await asking;
  });

  test('blinks, tests, restarts; and what this kiosk can’t do it says', async () => {
    const gate = await enrolled();
    gate.signals.length = 0;
    expect(await command({ name: 'identify', seconds: 1 })).toEqual({ status: 'done' });
    expect(gate.signals[0]).toBe('read');
    expect(await command({ name: 'refreshList' })).toEqual({
      status: 'refused',
      code: 'unsupported',
    });
    expect(await command({ name: 'selfTest' })).toEqual({ status: 'accepted' });
    const tested = JSON.parse(String((await end())?.content));
    expect(tested).toContainEqual({ part: 'scanner', result: 'passed' });
    await gate.phase('idle');
    expect(await command({ name: 'restartProgram' })).toEqual({ status: 'done' });
    await happenings.until(() => gate.restarted.length > 0);
    expect(gate.restarted).toEqual(['program']);
    expect(await command({ name: 'restartBoard' })).toEqual({ status: 'done' });
    expect(gate.restarted).toEqual(['program', 'board']);
  });

  test.each([
    ['notAllowed', 'notAllowed'],
    ['unsupported', 'unsupported'],
    ['EIO', 'failed'],
  ])('the system says %s to a restart of the board: refused with %s', async (said, code) => {
    const gate = await enrolled();
    gate.refusal = said;
    expect(await command({ name: 'restartBoard' })).toEqual({ status: 'refused', code });
    expect(gate.events).toContain('restartRefused');
    await gate.ask();
  });
});
