import { randomUUID, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { kioskConfigSchema } from '../../device/config.ts';
import { Kiosk } from '../../device/kiosk.ts';
import { Link } from '../../device/link/link.ts';
import type { GateList } from '../../device/list/gate-list.ts';
import type { KioskPorts } from '../../device/peripherals/kiosk-ports.ts';
import type { Screen } from '../../device/session/screen.ts';
import type { State } from '../../device/session/state.ts';
import { ServerClock } from '../../device/time/server-clock.ts';
import { VerdictSources } from '../../device/verdict/verdict-sources.ts';
import type {
  CameraView,
  Health,
  Key,
  Passage,
  ScannerEvents,
  ScannerName,
} from '../../hardware/ports.ts';
import { NetworkSwitch } from '../../scripts/demo/network-switch.ts';
import { DEMO_POLICY } from '../../scripts/sample/demo-people.ts';
import { type SeededPerson, seedPeople } from '../../scripts/sample/seed-people.ts';
import { generateKeyringFile } from '../../server/keys/keyring.ts';
import { writeKeyringFile } from '../../server/keys/keyring-file.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import type { Messenger } from '../../server/verification/messenger.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import { type KioskKey, newKioskKey } from './kiosk-client.ts';
import { releasePolicy } from './policies/release-policy.ts';

const KIOSK_ID = 'gate-1';
const READY = { state: 'ready', since: 0 } as const;
const silent = pino({ level: 'silent' });

/** A real server with offline lists and sample people, behind a network that can be cut. */
export class OfflineSite {
  readonly folder: string;
  readonly key: KioskKey = newKioskKey();
  server!: RunningServer;
  people!: SeededPerson[];
  network!: NetworkSwitch;
  url!: string;
  #messenger: Messenger | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param options.level 2 if the gate's policy needs a one-time code, which goes to `messenger`. */
  static async start(options: { level?: 2; messenger?: Messenger } = {}): Promise<OfflineSite> {
    const site = new OfflineSite(await mkdtemp(join(tmpdir(), 'varco-offline-')));
    const keyring = join(site.folder, 'keyring.json');
    await writeKeyringFile(keyring, generateKeyringFile(Date.now()), { replace: false });
    site.#messenger = options.messenger;
    await site.startServer(0);
    const policy = options.level ? await site.#addPolicyWithCode() : DEMO_POLICY;
    await site.server.app.fleet.registerKiosk({
      id: KIOSK_ID,
      publicKey: site.key.publicKey,
      gate: 'Varco 1',
      site: 'torino',
      policy,
    });
    site.people = await seedPeople(site.server.app);
    site.network = new NetworkSwitch(Number(new URL(site.server.url).port));
    site.url = `ws://127.0.0.1:${await site.network.start()}/link`;
    return site;
  }

  async #addPolicyWithCode(): Promise<string> {
    const { app } = this.server;
    const asked = app.policies.list().find(({ id }) => id === DEMO_POLICY);
    await releasePolicy(app, { ...asked, id: 'with-code', level: 2 });
    return 'with-code';
  }

  async startServer(port: number): Promise<void> {
    this.server = await startServer(
      {
        host: 'varco.example.it',
        alsoHosts: [],
        listen: { address: '127.0.0.1', port },
        node: 'node-a',
        database: `sqlite:${join(this.folder, 'varco.db')}`,
        keyring: join(this.folder, 'keyring.json'),
        // Scrypt's lowest cost, to keep the tests fast.
        offlineLists: { cost: 2, publish: true, refreshMs: 86_400_000 },
        log: 'silent',
      },
      { log: silent as never, ...(this.#messenger ? { messenger: this.#messenger } : {}) },
    );
  }

  person(label: string): SeededPerson {
    const found = this.people.find((one) => one.label === label);
    if (!found) {
      throw new RangeError(`No sample person ${label}`);
    }
    return found;
  }

  /** Resolves when a gate has the server's current list. */
  async untilCurrent(gate: OfflineGate): Promise<void> {
    const lists = this.server.app.offlineLists;
    await lists?.publisher.flush();
    for (;;) {
      const happens = gate.next();
      const have = gate.list.inForce;
      const head = await lists?.head(DEMO_POLICY, have ? { have } : {});
      if (head?.status === 'current') {
        return;
      }
      await happens;
    }
  }

  async stop(): Promise<void> {
    await this.network.stop();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A kiosk with a real link and a real offline list, and peripherals that a test operates. */
export class OfflineGate {
  readonly kiosk: Kiosk;
  readonly sources: VerdictSources;
  readonly link: Link;
  readonly opened: string[] = [];
  /** What a passage sensor would report of the last opening. */
  went: ((passage: Passage) => void) | undefined;
  readonly spoken: string[] = [];
  /** The event names and codes that the kiosk wrote. */
  readonly logged: string[] = [];
  screen: Screen | undefined;
  state: State | undefined;
  #scanner: ScannerEvents | undefined;
  #press: (key: Key) => void = () => {};
  readonly #parts: Partial<Record<'turnstile' | 'keypad', (health: Health) => void>> = {};
  #waiting: { accept: () => boolean; resolve: () => void }[] = [];

  constructor(
    site: OfflineSite,
    options: {
      folder?: string;
      clock?: Clock;
      budgetMs?: number;
      answerMs?: number;
      touch?: boolean;
    } = {},
  ) {
    const { clock = systemClock } = options;
    const config = kioskConfigSchema.parse({
      link: { url: site.url, kioskId: KIOSK_ID, keyFile: '-' },
      session: {
        answerMs: options.answerMs ?? 5_000,
        verdictMs: 60_000,
        selfTestAtStart: false,
        touch: options.touch ?? true,
      },
      offline: {
        folder: options.folder ?? join(site.folder, 'kiosk'),
        budgetMs: options.budgetMs,
      },
      hardware: {},
    });
    const { privateKey } = site.key;
    const serverClock = new ServerClock(clock);
    this.link = new Link({
      url: site.url,
      identity: { kioskId: KIOSK_ID, sign: (message) => sign(null, message, privateKey) },
      software: 'test',
      clock,
      random: () => 0.05,
      serverClock,
      status: () => this.kiosk.status(),
    });
    const log = (fields: Record<string, string | number>) => {
      this.logged.push([fields.event, fields.code].filter(Boolean).join(' '));
      this.#wake();
    };
    this.sources = new VerdictSources({
      offline: config.offline,
      link: this.link,
      serverClock,
      clock,
      log: { info: log, warn: log },
    });
    this.kiosk = new Kiosk({
      ports: this.#ports(),
      link: this.link,
      sources: this.sources,
      session: config.session,
      clock,
      newRequestId: randomUUID,
      log: { info: log, warn: log },
      watcher: {
        reading: () => {},
        state: (state) => {
          this.state = state;
          this.#wake();
        },
        facts: () => this.#wake(),
      },
    });
  }

  get list(): GateList {
    const { list } = this.sources;
    if (!list) {
      throw new Error('this gate keeps a list');
    }
    return list;
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
      keypad: {
        ...quiet,
        start: async (events) => {
          this.#parts.keypad = events.health;
          events.health(READY);
        },
      },
      indicator: { ...quiet, start: async (events) => events.health(READY), show: () => {} },
      speaker: {
        ...quiet,
        start: async (events) => events.health(READY),
        silence: () => {},
        click: () => {},
        turnVolume: () => 0,
        resetVolume: () => {},
        say: (text) => this.spoken.push(text),
      },
      turnstile: {
        ...quiet,
        start: async (events) => {
          this.#parts.turnstile = events.health;
          events.health(READY);
        },
        open: async (_pulseMs, went) => {
          this.went = went;
          const phase = this.state?.phase;
          this.opened.push(phase && 'requestId' in phase ? phase.requestId : '');
        },
      },
    };
  }

  /** A part's driver reports its health. */
  part(name: ScannerName | 'turnstile' | 'keypad', health: Health): void {
    if (name === 'turnstile' || name === 'keypad') {
      this.#parts[name]?.(health);
    } else {
      this.#scanner?.health(health, name);
    }
  }

  /** Reports a camera's view: covered, dark or glaring. */
  view(view: CameraView, scanner?: ScannerName): void {
    this.#scanner?.view?.(view, scanner);
  }

  #wake(): void {
    for (const waiter of this.#waiting.filter(({ accept }) => accept())) {
      this.#waiting = this.#waiting.filter((other) => other !== waiter);
      waiter.resolve();
    }
  }

  /** Resolves when anything happens at the kiosk. */
  next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ accept: () => true, resolve }));
  }

  /** Resolves once the condition holds; it is checked whenever something happens at the kiosk. */
  until(accept: () => boolean): Promise<void> {
    return accept()
      ? Promise.resolve()
      : new Promise((resolve) => this.#waiting.push({ accept, resolve }));
  }

  untilLink(link: 'up' | 'down'): Promise<void> {
    return this.until(() => this.state?.parts.link === link);
  }

  untilDelivered(): Promise<void> {
    return this.until(() => this.sources.status()?.factsWaiting === 0);
  }

  read(text: string): void {
    this.#scanner?.reading({ text, symbology: 'qr', source: 'test', at: 0 });
  }

  key(key: Key): void {
    this.#press(key);
  }

  type(text: string): void {
    for (const character of text) {
      this.key({ kind: 'character', character });
    }
  }

  /** Shows a code, types the codice fiscale, and returns the verdict on the screen. */
  async walk(person: SeededPerson, codiceFiscale = person.person.codiceFiscale): Promise<string> {
    await this.until(() => this.state?.phase.name === 'idle');
    this.read(person.text);
    if (this.state?.phase.name === 'entering') {
      this.type(codiceFiscale);
      this.key({ kind: 'confirm' });
    }
    await this.until(() => this.state?.phase.name === 'showing');
    return this.verdict();
  }

  verdict(): string {
    const phase = this.state?.phase;
    if (phase?.name !== 'showing') {
      return phase?.name ?? 'nothing';
    }
    const { verdict, source } = phase;
    const detail = 'reason' in verdict ? verdict.reason : '';
    const companion = verdict.outcome === 'granted' && verdict.companion ? 'companion' : '';
    return [source ?? 'server', verdict.outcome, detail, companion].filter(Boolean).join(' ');
  }

  end(): void {
    this.key({ kind: 'end' });
  }

  async start(): Promise<void> {
    await this.kiosk.start();
  }

  async stop(): Promise<void> {
    await this.kiosk.stop();
  }
}
