import { expect, it } from 'vitest';
import type { Scanner, ScannerEvents, Symbology } from '../../../../hardware/ports.ts';
import { ScannerSet } from '../../../../hardware/scanner/scanner-set.ts';
import type { Clock } from '../../../../shared/clock.ts';

class FakeScanner implements Scanner {
  events: ScannerEvents | undefined;
  wanted: readonly Symbology[] = [];

  async start(events: ScannerEvents): Promise<void> {
    this.events = events;
  }

  async stop(): Promise<void> {
    this.events = undefined;
  }

  expect(symbologies: readonly Symbology[]): void {
    this.wanted = symbologies;
  }

  read(text: string, symbology: Symbology = 'qr'): void {
    this.events?.reading({ text, symbology, source: 'fake', at: 0 });
  }
}

async function start() {
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => undefined };
  const camera = new FakeScanner();
  const wand = new FakeScanner();
  const texts: string[] = [];
  const reports: string[] = [];
  const set = new ScannerSet([camera, wand], { clock });
  await set.start({
    reading: (reading) => texts.push(reading.text),
    unreadable: () => texts.push('?'),
    health: (health, scanner) => reports.push(`${scanner} ${health.state}`),
    view: (view, scanner) => reports.push(`${scanner} ${view}`),
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { set, camera, wand, texts, reports, pass };
}

it('reports each code once while it stays in view, whichever scanner sees it', async () => {
  const { camera, wand, texts, pass } = await start();
  for (let frame = 0; frame < 100; frame++) {
    camera.read('A');
    pass(100);
  }
  wand.read('A');
  wand.read('B');
  expect(texts).toEqual(['A', 'B']);
  pass(2000);
  camera.read('A');
  expect(texts).toEqual(['A', 'B', 'A']);
});

it('takes a code for gone after 1.5 s out of view, and no sooner', async () => {
  const { camera, texts, pass } = await start();
  camera.read('A');
  pass(1500);
  camera.read('A');
  expect(texts).toEqual(['A']);
  pass(1501);
  camera.read('A');
  expect(texts).toEqual(['A', 'A']);
});

it('reports a code again that was shown while the kiosk was busy with another', async () => {
  const { set, camera, texts } = await start();
  set.expect(['qr']);
  camera.read('A');
  set.expect(['qr', 'code39']);
  camera.read('B');
  set.expect(['qr']);
  camera.read('A');
  camera.read('B');
  expect(texts).toEqual(['A', 'B', 'B']);
});

it('reports only wanted symbologies, and nothing while none is wanted', async () => {
  const { set, camera, wand, texts } = await start();
  camera.read('CARD', 'code39');
  set.expect([]);
  camera.read('EARLY');
  set.expect(['qr', 'code39']);
  camera.read('EARLY');
  camera.read('CARD', 'code39');
  expect(texts).toEqual(['EARLY', 'CARD']);
  expect(wand.wanted).toEqual(['qr', 'code39']);
});

it('reports health and view of each scanner under its own peripheral name', async () => {
  const { camera, wand, reports } = await start();
  camera.events?.health({ state: 'opening', since: 0 });
  wand.events?.health({ state: 'ready', since: 0 });
  camera.events?.health({ state: 'lost', since: 0, reason: 'noCamera' });
  camera.events?.view?.('tooDark');
  wand.events?.health({ state: 'lost', since: 0, reason: 'unplugged' });
  wand.events?.view?.('lensCovered');
  expect(reports).toEqual([
    'scanner opening',
    'scanner.2 ready',
    'scanner lost',
    'scanner tooDark',
    'scanner.2 lost',
    'scanner.2 lensCovered',
  ]);
});

it('asks to come closer at most once a second', async () => {
  const { camera, texts, pass } = await start();
  for (let frame = 0; frame < 15; frame++) {
    camera.events?.unreadable('camera');
    pass(100);
  }
  expect(texts).toEqual(['?', '?']);
});

it('reports nothing after it has stopped', async () => {
  const { set, camera, texts, reports } = await start();
  const { events } = camera;
  await set.stop();
  events?.reading({ text: 'LATE', symbology: 'qr', source: 'fake', at: 0 });
  events?.health({ state: 'lost', since: 0, reason: 'unplugged' });
  events?.view?.('tooDark');
  expect(texts).toEqual([]);
  expect(reports).toEqual([]);
});
