import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gpioKeypadConfigSchema, openGpioKeypad } from '../../../../hardware/keypad/gpio-matrix.ts';
import {
  type HidHandle,
  hidKeypadConfigSchema,
  openHidKeypad,
} from '../../../../hardware/keypad/hid-keypad.ts';
import { parseHidReport } from '../../../../hardware/keypad/hid-report.ts';
import { hidKey, padKey } from '../../../../hardware/keypad/key-map.ts';
import { hasRectangle } from '../../../../hardware/keypad/matrix-scan.ts';
import type { Health, Key } from '../../../../hardware/ports.ts';
import { ManualClock, settle } from '../../../support/hands/manual-clock.ts';
import { OnoffModel } from '../../../support/hands/onoff-model.ts';

const ROWS = [5, 6, 13, 19];
const COLUMNS = [12, 16, 20, 21];

/** A matrix without diodes: whatever is joined by pressed keys is at the level of the row driven low. */
function wireMatrix(model: OnoffModel, pressed: Set<string>) {
  const wire = () => {
    for (const [column, pin] of COLUMNS.entries()) {
      const low = new Set<number>();
      for (const [row, rowPin] of ROWS.entries()) {
        if (model.level(rowPin) === 0) {
          low.add(row);
        }
      }
      model.drive(pin, reaches(column, low, pressed) ? 0 : 1);
    }
  };
  model.changed = wire;
  return wire;
}

/** Whether a column is joined to a driven row, over any path of pressed keys. */
function reaches(column: number, low: Set<number>, pressed: Set<string>): boolean {
  const columns = new Set([column]);
  const rows = new Set<number>();
  for (let grew = true; grew; ) {
    grew = false;
    for (const key of pressed) {
      const [row = 0, at = 0] = key.split(',').map(Number);
      if (columns.has(at) !== rows.has(row)) {
        columns.add(at);
        rows.add(row);
        grew = true;
      }
    }
  }
  return [...rows].some((row) => low.has(row));
}

async function matrix(config: object = {}) {
  const model = new OnoffModel();
  const clock = new ManualClock();
  const pressed = new Set<string>();
  const wire = wireMatrix(model, pressed);
  for (const pin of COLUMNS) {
    model.levels.set(pin, 1);
  }
  const keys: Key[] = [];
  const health: Health[] = [];
  const keypad = openGpioKeypad(
    gpioKeypadConfigSchema.parse({
      driver: 'gpio-keypad',
      layout: '4x4',
      rows: ROWS,
      columns: COLUMNS,
      ...config,
    }),
    { clock, load: async () => model.binding, sysfs: model.sysfs },
  );
  await keypad.start({ key: (key) => keys.push(key), health: (report) => health.push(report) });
  const set = (row: number, column: number, down: boolean) => {
    if (down) {
      pressed.add(`${row},${column}`);
    } else {
      pressed.delete(`${row},${column}`);
    }
    wire();
  };
  const tap = (row: number, column: number) => {
    set(row, column, true);
    clock.advance(60);
    set(row, column, false);
    clock.advance(60);
  };
  return { model, clock, keys, health, keypad, set, tap };
}

describe('a GPIO matrix', () => {
  test('every key, in order, and an idle pad keeps no timer', async () => {
    const { keys, tap, clock, keypad } = await matrix({
      keys: { '*': 'character', '#': 'character' },
    });
    for (let row = 0; row < 4; row++) {
      for (let column = 0; column < 4; column++) {
        tap(row, column);
      }
    }
    const text = keys.map((key) => (key.kind === 'character' ? key.character : `<${key.kind}>`));
    expect(text.join('')).toBe('123<help>456<language>789<repeat>*0#<end>');
    expect(clock.pending).toBe(0);
    await keypad.stop();
  });

  test('bouncing contacts are one press', async () => {
    const { keys, set, clock } = await matrix();
    for (let bounce = 0; bounce < 10; bounce++) {
      set(1, 1, bounce % 2 === 0);
      clock.advance(bounce < 5 ? 3 : 13);
    }
    set(1, 1, true);
    clock.advance(200);
    for (let bounce = 0; bounce < 10; bounce++) {
      set(1, 1, bounce % 2 === 1);
      clock.advance(bounce < 5 ? 3 : 13);
    }
    set(1, 1, false);
    clock.advance(200);
    expect(keys).toEqual([{ kind: 'character', character: '5' }]);
  });

  test('two keys rolled over are two presses; a ghost is none', async () => {
    const { keys, set, clock } = await matrix();
    set(0, 0, true);
    clock.advance(50);
    set(0, 1, true);
    clock.advance(50);
    set(1, 0, true);
    clock.advance(50);
    expect(keys.map((key) => key.kind === 'character' && key.character)).toEqual(['1', '2']);
    set(1, 0, false);
    set(0, 0, false);
    set(0, 1, false);
    clock.advance(50);
    set(2, 2, true);
    clock.advance(50);
    expect(keys.at(-1)).toEqual({ kind: 'character', character: '9' });
  });

  test('a stuck key is reported, does not block the others, and its release is reported', async () => {
    const { keys, health, set, tap, clock } = await matrix({ stuckMs: 5_000 });
    set(3, 3, true);
    clock.advance(5_100);
    expect(health.at(-1)).toMatchObject({ state: 'failing', reason: 'keyStuck' });
    tap(0, 0);
    expect(keys.at(-1)).toEqual({ kind: 'character', character: '1' });
    set(3, 3, false);
    clock.advance(100);
    expect(health.at(-1)).toMatchObject({ state: 'ready' });
  });

  test('pins that fail are reported, tried again, and type again', async () => {
    const { model, keys, health, set, tap, clock } = await matrix();
    model.writeFault = Object.assign(new Error('EIO'), { code: 'EIO' });
    set(0, 0, true);
    clock.advance(3_000);
    expect(health.at(-1)).toMatchObject({ state: 'failing', reason: 'EIO' });
    set(0, 0, false);
    model.writeFault = undefined;
    clock.advance(1_000);
    expect(health.at(-1)).toMatchObject({ state: 'ready' });
    tap(0, 0);
    expect(keys).toEqual([{ kind: 'character', character: '1' }]);
  });

  test('any sequence of keys gives only keys that were pressed, each at most once per press', async () => {
    const move = fc.tuple(fc.nat(3), fc.nat(3), fc.boolean(), fc.integer({ min: 0, max: 80 }));
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 25 }), async (moves) => {
        const { keys, set, clock, keypad } = await matrix({
          keys: {
            A: 'character',
            B: 'character',
            C: 'character',
            D: 'character',
            '*': 'character',
            '#': 'character',
          },
        });
        const signs = ['123A', '456B', '789C', '*0#D'];
        const presses = new Map<string, number>();
        const down = new Set<string>();
        for (const [row, column, isDown, ms] of moves) {
          const sign = signs[row]?.[column] ?? '';
          if (isDown && !down.has(sign)) {
            presses.set(sign, (presses.get(sign) ?? 0) + 1);
          }
          isDown ? down.add(sign) : down.delete(sign);
          set(row, column, isDown);
          clock.advance(ms);
        }
        for (const [sign, count] of presses) {
          const reported = keys.filter((key) => key.kind === 'character' && key.character === sign);
          expect(reported.length).toBeLessThanOrEqual(count);
        }
        for (const key of keys) {
          expect(presses.has(key.kind === 'character' ? key.character : '')).toBe(true);
        }
        await keypad.stop();
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    [{ layout: '4x3' }, 'columns'],
    [{ rows: [5, 6, 13, 12] }, 'rows'],
    [{ rows: [5, 6, 13] }, 'rows'],
  ])('a wrong wiring %j is refused', (wrong, path) => {
    const parsed = gpioKeypadConfigSchema.safeParse({
      driver: 'gpio-keypad',
      layout: '4x4',
      rows: ROWS,
      columns: COLUMNS,
      ...wrong,
    });
    expect(parsed.error?.issues[0]?.path[0]).toBe(path);
  });

  test('three corners of a rectangle are ambiguous, a row or a column is not', () => {
    expect(hasRectangle(0b0011_0011, 4)).toBe(true);
    expect(hasRectangle(0b1111, 4)).toBe(false);
    expect(hasRectangle(0b0001_0001_0001, 4)).toBe(false);
    expect(hasRectangle(0b0010_0001, 4)).toBe(false);
    expect(hasRectangle(0b101_000_101, 3)).toBe(true);
  });
});

test.each([
  ['4', 'character'],
  ['*', 'character'],
  ['#', 'character'],
  ['A', 'help'],
  ['D', 'end'],
])('the pad’s %s is %s', (sign, kind) => {
  expect(padKey(sign)?.kind).toBe(kind);
});

test('a site may give a key another meaning', () => {
  expect(padKey('#', { '#': 'confirm' })).toEqual({ kind: 'confirm' });
  expect(padKey('D', { D: 'none' })).toBeUndefined();
  expect(hidKey(0x57, { layout: 'qwerty', actions: { '+': 'backspace' } })).toEqual({
    kind: 'backspace',
  });
});

test.each([
  [0x04, 'qwerty', 'A'],
  [0x04, 'azerty', 'Q'],
  [0x14, 'azerty', 'A'],
  [0x33, 'azerty', 'M'],
  [0x10, 'azerty', undefined],
  [0x1c, 'qwertz', 'Z'],
  [0x1d, 'qwertz', 'Y'],
  [0x1e, 'azerty', '1'],
  [0x27, 'qwerty', '0'],
  [0x59, 'qwerty', '1'],
  [0x62, 'qwerty', '0'],
  [0x28, 'qwerty', 'confirm'],
  [0x58, 'qwerty', 'confirm'],
  [0x29, 'qwerty', 'end'],
  [0x53, 'qwerty', 'help'],
  [0x54, 'qwerty', 'language'],
  [0x55, 'qwerty', '*'],
  [0x56, 'qwerty', 'end'],
  [0x57, 'qwerty', '#'],
  [0x63, 'qwerty', 'repeat'],
  [0x39, 'qwerty', undefined],
  [0x33, 'qwerty', undefined],
] as const)('usage %i on a %s board is %s', (usage, layout, expected) => {
  const key = hidKey(usage, { layout });
  expect(key?.kind === 'character' ? key.character : key?.kind).toBe(expected);
});

test.each([
  [[0, 0, 4, 5, 0, 0, 0, 0], { ok: true, usages: [4, 5] }],
  [[2, 0, 4, 4, 0, 0, 0, 0], { ok: true, usages: [4] }],
  [[1, 0, 0, 4, 0, 0, 0, 0, 0], { ok: true, usages: [4] }],
  [[0, 0, 1, 1, 1, 1, 1, 1], { ok: false, problem: 'rollover' }],
  [[0, 0, 4], { ok: false, problem: 'unknown' }],
  [[], { ok: false, problem: 'unknown' }],
])('the report %j', (bytes, report) => {
  expect(parseHidReport(Uint8Array.from(bytes))).toEqual(report);
});

test('parsing never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const report = parseHidReport(bytes);
      expect(report.ok ? report.usages.length : 0).toBeLessThanOrEqual(6);
    }),
  );
});

describe('a HID keypad', () => {
  class Handle extends EventEmitter implements HidHandle {
    closed = false;
    async close() {
      this.closed = true;
    }
  }
  const NUMPAD = {
    vendorId: 0x04d9,
    productId: 0xa02a,
    path: '/dev/hidraw3',
    usagePage: 1,
    usage: 6,
  };

  async function rig(config: object = {}) {
    const clock = new ManualClock();
    const plugged = [{ ...NUMPAD, usage: 2, path: '/dev/hidraw1' }, NUMPAD];
    const handles: Handle[] = [];
    let fault: Error | undefined;
    const keys: Key[] = [];
    const health: Health[] = [];
    const keypad = openHidKeypad(hidKeypadConfigSchema.parse({ driver: 'hid-keypad', ...config }), {
      clock,
      load: async () => ({
        devicesAsync: async () => plugged,
        HIDAsync: {
          async open() {
            if (fault) {
              throw fault;
            }
            const handle = new Handle();
            handles.push(handle);
            return handle;
          },
        },
      }),
    });
    const start = () =>
      keypad.start({ key: (key) => keys.push(key), health: (report) => health.push(report) });
    const report = (...usages: number[]) =>
      handles
        .at(-1)
        ?.emit('data', Uint8Array.from([0, 0, ...usages, 0, 0, 0, 0, 0, 0].slice(0, 8)));
    const setFault = (error: Error | undefined) => {
      fault = error;
    };
    return { clock, plugged, handles, keys, health, keypad, start, report, setFault };
  }

  test('a key held is pressed once; rolled keys are each pressed once', async () => {
    const { keys, report, start, keypad, handles } = await rig();
    await start();
    report(0x59);
    report(0x59);
    report(0x59, 0x5a);
    report(0x5a);
    report();
    report(0x59);
    report();
    expect(keys.map((key) => key.kind === 'character' && key.character)).toEqual(['1', '2', '1']);
    await keypad.stop();
    expect(handles[0]?.closed).toBe(true);
  });

  test('unplugged and plugged in: each reported once, and it types again', async () => {
    const { clock, plugged, handles, keys, health, start, report } = await rig();
    await start();
    const device = plugged.pop();
    handles[0]?.emit('error', new Error('could not read data'));
    expect(health.at(-1)).toMatchObject({ state: 'lost', reason: 'unplugged' });
    for (let look = 0; look < 5; look++) {
      clock.advance(1_000);
      await settle();
    }
    expect(health.filter(({ state }) => state === 'lost')).toHaveLength(2);
    if (device) {
      plugged.push(device);
    }
    clock.advance(1_000);
    await settle();
    expect(health.at(-1)).toMatchObject({ state: 'ready' });
    report(0x5b);
    expect(keys).toEqual([{ kind: 'character', character: '3' }]);
  });

  test('permission denied is reported and retried', async () => {
    const { clock, health, start, setFault, keypad } = await rig();
    setFault(new TypeError('cannot open device with path /dev/hidraw3'));
    await start();
    expect(health.at(-1)).toMatchObject({ state: 'lost', reason: 'permissionDenied' });
    setFault(undefined);
    clock.advance(1_000);
    await settle();
    expect(health.at(-1)).toMatchObject({ state: 'ready' });
    await keypad.stop();
    expect(clock.pending).toBe(0);
  });

  test('another make is ignored', async () => {
    const { health, start } = await rig({ vendorId: 0x1234 });
    await start();
    expect(health.at(-1)).toMatchObject({ state: 'lost', reason: 'deviceMissing' });
  });

  test('an object on the keyboard is reported, and its removal too', async () => {
    const { clock, health, start, report } = await rig({ stuckMs: 5_000 });
    await start();
    report(0x59);
    clock.advance(5_000);
    expect(health.at(-1)).toMatchObject({ state: 'failing', reason: 'keyStuck' });
    report();
    expect(health.at(-1)).toMatchObject({ state: 'ready' });
  });
});
