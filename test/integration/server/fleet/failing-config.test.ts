import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sessionConfigSchema } from '../../../../device/config.ts';
import { RemoteConfigApplier } from '../../../../device/remote/config/remote-config-applier.ts';
import { directoryDisk } from '../../../../device/storage/disk.ts';
import { openStore } from '../../../../server/store/open-store.ts';
import type { Store } from '../../../../server/store/store.ts';
import { systemClock } from '../../../../shared/clock.ts';
import {
  administrator,
  enrolRequest,
  type FleetApp,
  makeSite,
  startFleetApp,
  until,
} from '../../../support/fleet-app.ts';
import { newPair, TestLink } from '../../../support/link-events.ts';

const TRIAL_MS = 400;

let folder: string;
let store: Store;
let server: FleetApp;
let link: TestLink | undefined;
let steering: RemoteConfigApplier | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varco-failing-'));
  await mkdir(join(folder, 'kiosk'));
  store = await openStore(`sqlite:${join(folder, 'varco.db')}`);
  server = await startFleetApp(store);
});
afterEach(async () => {
  steering?.stop();
  link?.link.stop();
  await server.app.stop();
  await store.close();
  await rm(folder, { recursive: true });
});

/** A kiosk whose scanner fails as long as it speaks German. */
async function startKiosk(gate: string): Promise<{ languages: string[] }> {
  const { fleet } = server.app;
  const { privateKey, publicKey } = newPair();
  const [code] = await fleet.enrolment.createCodes(administrator, [gate]);
  const request = enrolRequest(code?.code ?? '', publicKey);
  const outcome = await fleet.state.enrol(request, { address: '127.0.0.1' });
  const languages: string[] = [];
  const scanner = () => (languages.at(-1) === 'de' ? 'failing' : 'ready');
  const own = sessionConfigSchema.parse({ language: 'it', answerMs: 3_000 });
  const board = new RemoteConfigApplier({
    disk: directoryDisk(join(folder, 'kiosk')),
    own,
    clock: systemClock,
    log: { info: () => {}, warn: () => {} },
    trialMs: TRIAL_MS,
    changed: () => link?.link.reportSoon(),
  });
  steering = board;
  languages.push((await board.start()).language);
  board.attach({
    apply({ language }) {
      languages.push(language);
      return 'applied';
    },
    health: () => ({
      isLinkUp: true,
      faults: scanner() === 'failing' ? ['scanner'] : [],
      unanswered: 0,
    }),
  });
  link = new TestLink({
    url: `${server.url.replace('http', 'ws')}/link`,
    privateKey,
    kioskId: outcome.ok ? outcome.answer.kioskId : '',
    status: () => ({
      state: 'inService',
      peripherals: { scanner: { state: scanner() } },
      config: board.reported(),
    }),
    config: () => board.reported(),
  }).start({ configure: (desired) => board.configure(desired) });
  await link.next('up');
  return { languages };
}

test('a config under which the kiosk fails is taken back by itself, and both sides say so', async () => {
  const { fleet } = server.app;
  const [gate = ''] = await makeSite(server.app, 'torino', 1);
  const { languages } = await startKiosk(gate);
  const rollOut = async (language: string) => {
    const { version } = await fleet.configs.create(administrator, { body: { language } });
    const plan = { percentages: [100], soakMs: 0 };
    const filter = { gates: [gate] };
    const { id } = await fleet.rollouts.start(administrator, { version, filter, plan });
    await fleet.rolloutRunner.step();
    return { version, id };
  };
  const reported = () => fleet.details(administrator, gate).told?.config;

  const good = await rollOut('fr');
  await until(
    server.app,
    () => reported()?.version === good.version && reported()?.status === 'running',
  );
  await fleet.rolloutRunner.step();
  await fleet.rolloutRunner.step();
  const bad = await rollOut('de');
  await until(server.app, () => reported()?.status === 'fellBack');
  expect(reported()).toEqual({
    version: good.version,
    status: 'fellBack',
    failed: bad.version,
    problems: [{ path: '', message: 'scanner failed under it' }],
  });
  expect(languages).toEqual(['it', 'fr', 'de', 'fr']);
  expect(fleet.details(administrator, gate).drifts).toMatchObject([
    { kind: 'config', desired: bad.version, reported: good.version },
  ]);
  await fleet.rolloutRunner.step();
  expect((await fleet.rollouts.get(administrator, bad.id)).state).toBe('stopped');
  // It is not tried again, also not when the kiosk comes anew.
  server.app.sockets.kiosks.disconnect(link ? 'torino-1.1' : '', 'unavailable');
  await link?.next('up');
  await fleet.rolloutRunner.step();
  expect(languages).toEqual(['it', 'fr', 'de', 'fr']);
}, 30_000);
