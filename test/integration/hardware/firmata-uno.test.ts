import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  characterLcdConfigSchema,
  openCharacterLcd,
} from '../../../hardware/display/character-lcd.ts';
import { BoardPool } from '../../../hardware/firmata/board-pool.ts';
import {
  johnnyFiveIndicatorConfigSchema,
  johnnyFiveTurnstileConfigSchema,
  openJohnnyFiveIndicator,
  openJohnnyFiveTurnstile,
} from '../../../hardware/firmata/firmata-gate.ts';
import type { Health, Passage } from '../../../hardware/ports.ts';
import { FIRMWARE } from '../../../scripts/hil/fetch-firmata.ts';
import { systemClock } from '../../../shared/clock.ts';
import { Hd44780, Pcf8574 } from '../../support/firmata/chips.ts';
import { VirtualUno } from '../../support/firmata/virtual-uno.ts';

const isThere = existsSync(FIRMWARE);
if (!isThere) {
  process.stderr.write('SKIPPED: no Firmata firmware; run npx tsx scripts/hil/fetch-firmata.ts\n');
}

/** Resolves at the first report of a state. */
function until(state: Health['state']): { health: (report: Health) => void; come: Promise<void> } {
  let resolve: () => void = () => {};
  const come = new Promise<void>((done) => {
    resolve = done;
  });
  return {
    health(report) {
      if (report.state === state) {
        resolve();
      }
    },
    come,
  };
}

describe.skipIf(!isThere)('the real StandardFirmata on an emulated ATmega328P', () => {
  test('relay, lamp, passage and display on one board, and again after a replug', async () => {
    const hex = readFileSync(FIRMWARE, 'utf8');
    const unos: VirtualUno[] = [];
    const glass = new Hd44780(20, 4);
    const boards = new BoardPool({
      clock: systemClock,
      random: () => 0,
      transport: async () => {
        const uno = new VirtualUno(hex);
        uno.chips.set(0x27, new Pcf8574(glass));
        unos.push(uno);
        return uno;
      },
      watch: () => () => {},
    });
    const deps = { clock: systemClock, boards };
    const board = '/dev/ttyUNO';
    const turnstile = openJohnnyFiveTurnstile(
      johnnyFiveTurnstileConfigSchema.parse({
        driver: 'johnny-five',
        board,
        relay: { pin: 12 },
        passage: { pin: 7 },
        guard: false,
      }),
      deps,
    );
    const indicator = openJohnnyFiveIndicator(
      johnnyFiveIndicatorConfigSchema.parse({ driver: 'johnny-five', board, lamp: 13 }),
      deps,
    );
    const lcd = openCharacterLcd(
      characterLcdConfigSchema.parse({ driver: 'character-lcd', board }),
      deps,
    );
    let ready = until('ready');
    let lost = until('lost');
    let went: (passage: Passage) => void = () => {};
    const passage = new Promise<Passage>((resolve) => {
      went = resolve;
    });
    await turnstile.start({
      health(report) {
        ready.health(report);
        lost.health(report);
      },
    });
    const lampReady = until('ready');
    await indicator.start(lampReady);
    const lcdReady = until('ready');
    await lcd.start({ key: () => {}, painted: () => {}, health: lcdReady.health });
    await Promise.all([ready.come, lampReady.come, lcdReady.come]);
    const uno = unos[0] as VirtualUno;
    uno.drive(7, 1);

    await turnstile.open(400, went);
    await levelOf(uno, 12, 1);
    uno.drive(7, 0);
    expect(await passage).toBe('passed');
    await levelOf(uno, 12, 0);
    indicator.show('granted');
    await levelOf(uno, 13, 1);
    lcd.show({ title: 'Prego, entri', text: 'Può passare anche chi accompagna.', icon: 'yes' });
    await glassReads(uno, glass);
    const rows = glass.text();
    expect(rows[0]?.slice(1).trim()).toBe('Prego, entri');
    expect(rows[1]?.slice(3).trim()).toBe('passare anche');

    ready = until('ready');
    lost = until('lost');
    glass.display.fill(0x20);
    uno.close();
    await lost.come;
    await ready.come;
    expect(unos).toHaveLength(2);
    expect((unos[1] as VirtualUno).level(12)).toBe(0);
    await glassReads(unos[1] as VirtualUno, glass);
    await turnstile.stop();
    await indicator.stop();
    await lcd.stop();
    expect((unos[1] as VirtualUno).isOpen).toBe(false);
  });
});

/** Resolves when the firmware drives a pin to a level. */
function levelOf(uno: VirtualUno, pin: number, level: 0 | 1): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (uno.level(pin) === level) {
        uno.off('pins', look);
        resolve();
      }
    };
    uno.on('pins', look);
    look();
  });
}

/** Resolves when the last words are on the glass. */
function glassReads(uno: VirtualUno, glass: Hd44780): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (glass.text()[2]?.startsWith('chi accompagna.')) {
        resolve();
      } else if (uno.isOpen) {
        setImmediate(look);
      }
    };
    look();
  });
}
