import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { BootAnswer } from '../../../device/link/kiosk-link.ts';
import { Link } from '../../../device/link/link.ts';
import { DEMO_POLICY } from '../../../scripts/sample/demo-people.ts';
import { rotate, writeKeyringFile } from '../../../server/keys/keyring-file.ts';
import { type RunningServer, startServer } from '../../../server/main.ts';
import { systemClock } from '../../../shared/clock.ts';
import { keyringFile } from '../../support/server-app.ts';
import { Waiter } from '../../support/waiter.ts';

let server: RunningServer;
let link: Link;
let folder: string;

afterEach(async () => {
  vi.restoreAllMocks();
  link.stop();
  await server.stop();
  await rm(folder, { recursive: true });
});

test('a gate that is connected learns a rotated key, and the old one goes on', async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-rotated-'));
  const keyring = join(folder, 'keyring.json');
  await writeKeyringFile(keyring, keyringFile, { replace: false });
  // Gates are asked at some moment of the next minute: here, of its beginning.
  vi.spyOn(Math, 'random').mockReturnValue(0);
  server = await startServer({
    host: 'varco.example.it',
    alsoHosts: [],
    listen: { address: '127.0.0.1', port: 0 },
    node: 'node-a',
    database: 'sqlite::memory:',
    keyring,
    log: 'error',
  });
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await server.app.fleet.registerKiosk({
    id: 'gate-1',
    publicKey: String(publicKey.export({ format: 'jwk' }).x),
    gate: 'Ingresso',
    site: 'torino',
    policy: DEMO_POLICY,
  });
  const boots = new Waiter<BootAnswer & { status: 'accepted' }>();
  link = new Link({
    url: `${server.url.replace('http', 'ws')}/link`,
    identity: { kioskId: 'gate-1', sign: (message) => sign(null, message, privateKey) },
    software: 'test',
    clock: systemClock,
    random: () => 0,
    status: () => ({ state: 'inService', peripherals: {} }),
  });
  link.start({
    up: (boot) => boots.push(boot),
    down() {},
    renew() {
      link.renew();
      return { status: 'renewing' };
    },
  });
  const idsOf = ({ credentialKeys }: { credentialKeys: { keyId: string }[] }) =>
    credentialKeys.map(({ keyId }) => keyId);
  const before = idsOf(await boots.next());
  const rotated = rotate(keyringFile, 'credentials', Date.now());
  await writeKeyringFile(keyring, rotated.keyring, { replace: true });
  const after = idsOf(await boots.next());
  expect(after.toSorted()).toEqual([...before, rotated.keyId].toSorted());
}, 30_000);
