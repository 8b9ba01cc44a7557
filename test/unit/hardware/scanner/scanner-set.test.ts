import { expect, it } from 'vitest';
import type { Health, Scanner, ScannerEvents, Symbology } from '../../../../hardware/ports.ts';
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
  const healths: string[] = [];
  const own: string[] = [];
  const set = new ScannerSet(
    [
      { name: 'camera', scanner: camera },
      { name: 'wand', scanner: wand },
    ],
    { clock, scannerHealth: (name, health) => own.push(`${name} ${health.state}`) },
  );
  await set.start({
    reading: (reading) => texts.push(reading.text),
    unreadable: () => texts.push('?'),
    health: (health) => healths.push(health.state),
  });
  const pass = (ms: number) => {
    now += ms;
  };
  return { set, camera, wand, texts, healths, own, pass };
}

it('tells each code once while it stays in view, whichever scanner sees it', async () => {
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

it('tells a code again that was shown while the kiosk was busy with another', async () => {
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

it('tells only what is wanted, and nothing while nothing is', async () => {
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

it('is ready while one of its scanners is', async () => {
  const { camera, wand, healths, own } = await start();
  const say = (scanner: FakeScanner, health: Health) => scanner.events?.health(health);
  say(camera, { state: 'opening', since: 0 });
  say(wand, { state: 'ready', since: 0 });
  say(camera, { state: 'lost', since: 0, reason: 'noCamera' });
  say(wand, { state: 'lost', since: 0, reason: 'unplugged' });
  say(camera, { state: 'ready', since: 0 });
  expect(healths).toEqual(['opening', 'ready', 'lost', 'ready']);
  expect(own).toEqual(['camera opening', 'wand ready', 'camera lost', 'wand lost', 'camera ready']);
});

it('asks to come closer at most once a second', async () => {
  const { camera, texts, pass } = await start();
  for (let frame = 0; frame < 15; frame++) {
    camera.events?.unreadable('camera');
    pass(100);
  }
  expect(texts).toEqual(['?', '?']);
});

it('is silent after it stopped', async () => {
  const { set, camera, texts } = await start();
  const { events } = camera;
  await set.stop();
  events?.reading({ text: 'LATE', symbology: 'qr', source: 'fake', at: 0 });
  expect(texts).toEqual([]);
});
