import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
import type { App } from '../../server/app.ts';
import { generateKeyringFile } from '../../server/keys/keyring.ts';
import { writeKeyringFile } from '../../server/keys/keyring-file.ts';
import { createLog } from '../../server/log.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { parseServerConfig } from '../../server/server-config.ts';
import { freePort } from '../launch/free-port.ts';
import { DEMO_POLICY } from '../sample/demo-people.ts';
import type { IssuedPerson } from '../sample/issued-person.ts';
import { seedPeople } from '../sample/seed-people.ts';
import type { DemoAddition, DemoLink, RunningAddition } from './addition.ts';

/** The demo's server, which can be stopped and started again on the same port and database. */
export interface DemoService {
  people: IssuedPerson[];
  url: string;
  /** The address of its pages, and for kiosks to enrol; undefined if it has no pages. */
  origin: string | undefined;
  linkUrl: string;
  /** How many offline verdicts have reached the server. */
  countFacts(): Promise<number>;
  /** The version of the gate's offline list, with all changes so far published. */
  listVersion(): Promise<number>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it for good, with everything that runs beside it. */
  end(): Promise<void>;
  /** What a visitor can open besides the kiosk. */
  links: DemoLink[];
}

const labels: Record<string, string> = {
  entitled: 'entitled',
  entitledWithCompanion: 'entitled, with a companion',
  notCovered: 'a status that this gate does not cover',
  revoked: 'a code that was revoked',
  notInArchive: 'not in the archive',
};

export interface ServiceOptions {
  folder: string;
  /** The id of a kiosk registered from the start; without one, a kiosk has to be enrolled. */
  kioskId?: string | undefined;
  publicKey: KeyObject;
  offline: boolean;
  /** What runs beside the server; without it the server has no pages. */
  visit?: readonly DemoAddition[] | undefined;
}

/** Starts a server on a database in `folder`, with the sample people and one kiosk. */
export async function startService(options: ServiceOptions): Promise<DemoService> {
  const { folder, visit } = options;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // Passkeys are bound to a host name, and an IP address is none (WebAuthn, "relying party identifier").
  const origin = `http://localhost:${port}`;
  const additions: RunningAddition[] = [];
  for (const add of visit ?? []) {
    additions.push(await add({ folder, origin }));
  }
  const keyring = join(folder, 'keyring.json');
  await writeKeyringFile(keyring, generateKeyringFile(Date.now()), { replace: false });
  const destination = pino.destination({ dest: join(folder, 'server.log'), sync: true });
  const log = createLog({ level: 'info', destination });
  const run = () =>
    startServer(
      parseServerConfig({
        host: 'varco.example.it',
        listen: { address: '127.0.0.1', port },
        node: 'demo',
        database: `sqlite:${join(folder, 'varco.db')}`,
        keyring,
        offlineLists: options.offline ? {} : undefined,
        web: visit && { origin },
        ...Object.assign({}, ...additions.map(({ config }) => config)),
      }),
      { log },
    );
  const first = await run();
  let running: RunningServer | undefined = first;
  const people = await fill(first.app, options);
  const links: DemoLink[] = [];
  for (const { ready } of additions) {
    if (ready) {
      links.push(...(await ready(first, people)));
    }
  }
  const stop = async () => {
    const server = running;
    running = undefined;
    await server?.stop();
  };
  return {
    people,
    url,
    origin: visit && origin,
    links,
    linkUrl: `${url.replace('http', 'ws')}/link`,
    async listVersion() {
      const lists = running?.app.offlineLists;
      await lists?.publisher.flush();
      return (await lists?.version(DEMO_POLICY)) ?? 0;
    },
    async countFacts() {
      return (await running?.app.facts.count()) ?? 0;
    },
    async start() {
      running ??= await run();
    },
    stop,
    async end() {
      await stop();
      for (const { stop } of [...additions].reverse()) {
        await stop?.();
      }
    },
  };
}

/** Registers the kiosk, if it has an id already, and the sample people. */
async function fill(app: App, { kioskId, publicKey }: ServiceOptions): Promise<IssuedPerson[]> {
  if (kioskId !== undefined) {
    const { x = '' } = publicKey.export({ format: 'jwk' });
    await app.fleet.registerKiosk({
      id: kioskId,
      publicKey: x,
      gate: 'Demo gate',
      site: 'demo',
      policy: DEMO_POLICY,
    });
  }
  const seeded = await seedPeople(app);
  return seeded.map(({ label, person, text, expected }) => ({
    label: labels[label] ?? label,
    codiceFiscale: person.codiceFiscale,
    credential: text,
    expected,
  }));
}
