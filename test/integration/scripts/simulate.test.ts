import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  enrolAll,
  keepIdentities,
  readIdentities,
} from '../../../scripts/simulated-fleet/identities.ts';
import {
  type SimulatedFleet,
  simulateFleet,
} from '../../../scripts/simulated-fleet/simulate-fleet.ts';
import type { LinkListener } from '../../../server/fleet/link/link-listener.ts';
import { systemClock } from '../../../shared/clock.ts';
import { makeEnrolCode } from '../../../shared/protocol/enrolment-messages.ts';
import { type KioskStatus, mergeStatus } from '../../../shared/protocol/kiosk-status.ts';
import { type LinkServer, startLinkServer } from '../../support/link-server.ts';

const KIOSKS = 12;
const codeOf = (index: number) => makeEnrolCode(new Uint8Array(10).fill(index + 1));

/** A fleet room of a few lines: codes, and what is known of each kiosk. */
class SmallFleet implements LinkListener {
  readonly codes = new Set(Array.from({ length: KIOSKS }, (_none, index) => codeOf(index)));
  readonly known = new Map<string, KioskStatus>();
  server: LinkServer | undefined;
  #changed = () => {};

  admit: LinkListener['admit'] = async () => ({ status: 'accepted', intervalMs: 60_000 });

  enrol: NonNullable<LinkListener['enrol']> = async ({ code, publicKey }) => {
    if (!this.codes.delete(code)) {
      return { ok: false, code: 'codeRefused' };
    }
    const kioskId = `museum-${KIOSKS - this.codes.size}`;
    const place = { gate: 'Varco', site: 'museum', policy: 'any' };
    this.server?.kiosks.set(kioskId, { id: kioskId, publicKey, ...place });
    return { ok: true, answer: { kioskId, gate: { name: 'Varco', policy: 'any' } } };
  };

  status: NonNullable<LinkListener['status']> = (kiosk, report) => {
    this.known.set(kiosk.id, mergeStatus(this.known.get(kiosk.id), report));
    this.#changed();
    return true;
  };

  async until(what: (known: Map<string, KioskStatus>) => boolean): Promise<void> {
    while (!what(this.known)) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}

let room: SmallFleet;
let server: LinkServer;
let fleet: SimulatedFleet | undefined;

beforeEach(async () => {
  room = new SmallFleet();
  server = await startLinkServer({ listener: room });
  room.server = server;
});

afterEach(async () => {
  fleet?.stop();
  await server.stop();
});

const invitations = () =>
  Array.from({ length: KIOSKS }, (_none, index) => ({ server: server.url, code: codeOf(index) }));

test('a fleet enrols, is the same in the next run, lives, and reports a pulled plug at once', async () => {
  const path = join(server.folder, 'identities.json');
  await keepIdentities(path, await enrolAll(invitations()));
  const identities = (await readIdentities(path)) ?? [];
  expect(identities.map(({ kioskId }) => kioskId)).toEqual([...server.kiosks.keys()]);
  let answered = () => {};
  const granted = new Promise<void>((resolve) => {
    answered = resolve;
  });
  fleet = simulateFleet({
    identities,
    rate: 3_600 * 5,
    seed: 1,
    clock: systemClock,
    people: [{ credentialId: '0'.repeat(32), codiceFiscale: 'RSSMRA80A01H501U' }],
    faults: false,
    verdict: ({ outcome }) => outcome === 'granted' && answered(),
  });
  await room.until((known) => known.size === KIOSKS);
  const [kiosk] = fleet.kiosks;
  const told = () => room.known.get(kiosk?.kioskId ?? '');
  expect(told()?.machine?.cpuTemperatureC).toBeGreaterThan(30);
  kiosk?.unplug('scanner');
  await room.until(() => told()?.peripherals.scanner?.state === 'lost');
  kiosk?.plugIn('scanner');
  await room.until(() => told()?.peripherals.scanner?.state === 'ready');
  await granted;
  const commanded = await server.sockets.kiosks.call(
    kiosk?.kioskId ?? '',
    'Command',
    { id: '3b241101-e2bb-4255-8caf-4136c566a962', command: { name: 'outOfService' } },
    { timeoutMs: 5_000 },
  );
  expect(commanded).toEqual({ status: 'done' });
  await room.until(() => told()?.state === 'outOfService');
});

test('a code that is not one ends the enrolment with its code', async () => {
  const wrong = { server: server.url, code: makeEnrolCode(new Uint8Array(10)) };
  await expect(enrolAll([wrong])).rejects.toMatchObject({ code: 'codeRefused' });
});
