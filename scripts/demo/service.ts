import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { pino } from 'pino';
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

/** The demo's server; it may be stopped and started again on the same port and database. */
export interface DemoService {
  people: IssuedPerson[];
  url: string;
  /** Where its pages are, and where a kiosk that is enrolled goes; absent: it has none. */
  origin: string | undefined;
  linkUrl: string;
  /** How many answers of gates without network reached the server. */
  countFacts(): Promise<number>;
  /** The version of the gate's offline list once everything until now is in it. */
  listVersion(): Promise<number>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Stops it for good, and what was added to it. */
  end(): Promise<void>;
  /** What a visitor may open beside the kiosk. */
  links: DemoLink[];
}

const labels: Record<string, string> = {
  entitled: 'entitled',
  entitledWithCompanion: 'entitled, with a companion',
  notCovered: 'a status that this gate does not cover',
  revoked: 'a code that was revoked',
  notInArchive: 'not in the archive',
};

/** Starts a server on a database in `folder`, with the sample people and one kiosk in it. */
export async function startService(options: {
  folder: string;
  /** A kiosk that has its place from the start; absent: it is enrolled by hand. */
  kioskId?: string | undefined;
  publicKey: KeyObject;
  offline: boolean;
  /** Absent: the server has no pages. */
  visit?: readonly DemoAddition[];
}): Promise<DemoService> {
  const { folder, kioskId } = options;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // Passkeys are bound to a name, which a number is not (WebAuthn, "relying party identifier").
  const origin = `http://localhost:${port}`;
  const additions: RunningAddition[] = [];
  for (const add of options.visit ?? []) {
    additions.push(await add({ folder, origin }));
  }
  const keyring = join(folder, 'keyring.json');
  await writeKeyringFile(keyring, generateKeyringFile(Date.now()), { replace: false });
  const config = () =>
    parseServerConfig({
      host: 'varco.example.it',
      listen: { address: '127.0.0.1', port },
      node: 'demo',
      database: `sqlite:${join(folder, 'varco.db')}`,
      keyring,
      ...(options.offline ? { offlineLists: {} } : {}),
      ...(options.visit ? { web: { origin } } : {}),
      ...Object.assign({}, ...additions.map((one) => one.config)),
    });
  const destination = pino.destination({ dest: join(folder, 'server.log'), sync: true });
  const log = createLog({ level: 'info', destination });
  let running: RunningServer | undefined = await startServer(config(), { log });
  if (kioskId !== undefined) {
    const { x = '' } = options.publicKey.export({ format: 'jwk' });
    await running.app.fleet.registerKiosk({
      id: kioskId,
      publicKey: x,
      gate: 'Demo gate',
      site: 'demo',
      policy: DEMO_POLICY,
    });
  }
  const seeded = await seedPeople(running.app);
  const people = seeded.map(({ label, person, text, expected }) => ({
    label: labels[label] ?? label,
    codiceFiscale: person.codiceFiscale,
    credential: text,
    expected,
  }));
  const links: DemoLink[] = [];
  for (const { ready } of additions) {
    links.push(...((await ready?.(running, people)) ?? []));
  }
  const stop = async () => {
    const server = running;
    running = undefined;
    await server?.stop();
  };
  return {
    people,
    url,
    origin: options.visit ? origin : undefined,
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
      running ??= await startServer(config(), { log });
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
