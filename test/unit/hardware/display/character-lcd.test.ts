import { expect, test } from 'vitest';
import {
  characterLcdConfigSchema,
  openCharacterLcd,
} from '../../../../hardware/display/character-lcd.ts';
import { glyphOf } from '../../../../hardware/display/lcd-charset.ts';
import { BoardPool } from '../../../../hardware/firmata/board-pool.ts';
import type { Health } from '../../../../hardware/ports.ts';
import { Hd44780, Pcf8574 } from '../../../support/firmata/chips.ts';
import { FirmataDevice } from '../../../support/firmata/firmata-device.ts';
import { ManualClock, settle } from '../../../support/hands/manual-clock.ts';

async function rig(columns: 16 | 20, rows: 2 | 4) {
  const clock = new ManualClock();
  const device = new FirmataDevice();
  const glass = new Hd44780(columns, rows);
  const backpack = new Pcf8574(glass);
  device.chips.set(0x27, backpack);
  let pull = () => {};
  const boards = new BoardPool({
    clock,
    random: () => 0,
    transport: async () => device,
    watch: (_path, gone) => {
      pull = gone;
      return () => {};
    },
  });
  const health: Health[] = [];
  const painted: number[] = [];
  const config = characterLcdConfigSchema.parse({
    driver: 'character-lcd',
    board: device.path,
    columns,
    rows,
  });
  const lcd = openCharacterLcd(config, { clock, boards });
  let ready: () => void = () => {};
  const untilReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  await lcd.start({
    key: () => {},
    painted: (sequence) => painted.push(sequence),
    health(report) {
      health.push(report);
      if (report.state === 'ready') {
        ready();
      }
    },
  });
  await untilReady;
  const tick = async (ms = 100) => {
    clock.advance(ms);
    await settle();
  };
  return { clock, device, glass, backpack, lcd, health, painted, tick, pull: () => pull() };
}

const idle = { title: 'Mostra il codice', text: 'Avvicina il QR al lettore.', icon: 'scan' };

test('a screen is on the glass, through the real johnny-five and firmata', async () => {
  const { glass, backpack, lcd, painted, tick } = await rig(20, 4);
  lcd.show(idle);
  await tick();
  expect(glass.text()).toEqual([
    'Mostra il codice    ',
    'Avvicina il QR al   ',
    'lettore.            ',
    '                    ',
  ]);
  expect([glass.on, backpack.backlight]).toEqual([true, true]);
  expect(painted).toEqual([1]);
  await lcd.stop();
});

test('accents are drawn in the display’s own characters', async () => {
  const { glass, lcd, tick } = await rig(16, 2);
  lcd.show({ title: 'Perché no?', text: '', icon: 'scan' });
  await tick();
  const code = glass.text()[0]?.charCodeAt(5) ?? 99;
  expect(code).toBeLessThan(8);
  expect([...glass.glyphs.subarray(code * 8, code * 8 + 8)]).toEqual(glyphOf('é'));
  await lcd.stop();
});

test('typing writes only what changed, and the page stays', async () => {
  const { glass, lcd, tick } = await rig(20, 4);
  const entering = (masked: string) => ({
    title: 'Codice fiscale',
    text: 'Scrivi.',
    entry: { masked, progress: 'ok' },
  });
  lcd.show(entering('••A'));
  await tick();
  const before = glass.dataBytes;
  lcd.show(entering('•••B'));
  await tick();
  expect(glass.text()[3]).toBe('>***B_              ');
  expect(glass.dataBytes - before).toBe(3);
  await lcd.stop();
});

test('long words turn their pages at reading speed, and come round', async () => {
  const { glass, lcd, clock, tick } = await rig(16, 2);
  lcd.show({ title: 'Uno due tre', text: 'quattro cinque sei sette otto nove dieci' });
  await tick();
  const seen: string[] = [];
  for (let at = 0; at < 20_000; at += 100) {
    seen.push(glass.text().join('|'));
    expect(clock.pending).toBe(1);
    await tick(100);
  }
  const turns = seen.flatMap((page, at) => (at > 0 && page !== seen[at - 1] ? [at] : []));
  expect(new Set(seen).size).toBe(2);
  expect(turns.length).toBeGreaterThan(3);
  for (const [index, at] of turns.slice(1).entries()) {
    expect((at - (turns[index] ?? 0)) * 100).toBeGreaterThanOrEqual(2_000);
  }
  await lcd.stop();
  expect(clock.pending).toBe(0);
});

test('a burst of screens is drawn once, the last one', async () => {
  const { glass, lcd, painted, tick } = await rig(20, 4);
  lcd.show(idle);
  await tick();
  for (let turn = 0; turn < 50; turn++) {
    lcd.show({ ...idle, title: `N ${turn}` });
  }
  await tick();
  expect(glass.text()[0]).toBe('N 49                ');
  expect(painted).toEqual([1, 51]);
  await lcd.stop();
});

test('stop blanks the glass and darkens it', async () => {
  const { glass, backpack, lcd, tick } = await rig(20, 4);
  lcd.show(idle);
  await tick();
  await lcd.stop();
  expect(glass.text().join('').trim()).toBe('');
  expect(backpack.backlight).toBe(false);
});

test('a screen of another shape is reported and changes nothing', async () => {
  const { glass, lcd, health, tick } = await rig(20, 4);
  lcd.show(idle);
  await tick();
  lcd.show({ nothing: 1 });
  await tick();
  expect(glass.text()[0]).toBe('Mostra il codice    ');
  expect(health.at(-1)).toMatchObject({ state: 'failing', reason: 'screenUnknown' });
  await lcd.stop();
});

test('pulled and plugged: the last screen is shown again', async () => {
  const { glass, lcd, health, tick, pull } = await rig(20, 4);
  lcd.show(idle);
  await tick();
  pull();
  expect(health.at(-1)).toMatchObject({ state: 'lost', reason: 'unplugged' });
  glass.display.fill(0x3f);
  await tick(1_000);
  await new Promise((resolve) => setImmediate(resolve));
  await tick();
  expect(glass.text()[0]).toBe('Mostra il codice    ');
  await lcd.stop();
});
