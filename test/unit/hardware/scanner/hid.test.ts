import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { Health, Reading } from '../../../../hardware/ports.ts';
import { openHidKeyboard, openHidPos } from '../../../../hardware/scanner/hid.ts';
import type {
  HidAccess,
  HidDeviceInfo,
  HidHandle,
} from '../../../../hardware/scanner/hid-devices.ts';
import type { Clock } from '../../../../shared/clock.ts';
import type { ErrorCode } from '../../../../shared/error-codes.ts';
import { VarcoError } from '../../../../shared/errors.ts';
import { Waiter } from '../../../support/waiter.ts';

class FakeHandle extends EventEmitter implements HidHandle {
  open = true;
  readonly features: number[][] = [];

  sendFeatureReport(data: number[]): void {
    this.features.push(data);
  }

  close(): void {
    this.open = false;
  }
}

/** A machine whose USB sockets a test fills and empties. */
class FakeHid implements HidAccess {
  devices: HidDeviceInfo[] = [];
  readonly handles: FakeHandle[] = [];
  problem: ErrorCode | undefined;

  async list(): Promise<HidDeviceInfo[]> {
    return this.devices;
  }

  async open(): Promise<HidHandle> {
    if (this.problem !== undefined) {
      throw new VarcoError(this.problem, 'no');
    }
    const handle = new FakeHandle();
    this.handles.push(handle);
    return handle;
  }

  async descriptor(): Promise<undefined> {
    return undefined;
  }
}

/** Timers fire at once, so that a thousand replugs take no time. */
const clock: Clock = {
  now: () => 0,
  monotonic: () => 0,
  after(delayMs, callback) {
    // The steady timer must not fire; reopening must.
    const handle = delayMs < 5000 ? setImmediate(callback) : undefined;
    return () => clearImmediate(handle);
  },
};

const HONEYWELL: HidDeviceInfo = {
  path: '/dev/hidraw0',
  vendorId: 0x0c2e,
  productId: 0x0b81,
  serialNumber: 'A1',
  usagePage: 0x8c,
  usage: 2,
};
const KEYBOARD: HidDeviceInfo = {
  ...HONEYWELL,
  vendorId: 0x05e0,
  productId: 0x1200,
  usagePage: 1,
  usage: 6,
};

function report(text: string): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.write(`\x02${String.fromCharCode(text.length)}]Q1${text}`, 'latin1');
  return bytes;
}

function listen() {
  const readings = new Waiter<Reading>();
  const healths = new Waiter<Health>();
  const events = {
    reading: (reading: Reading) => readings.push(reading),
    unreadable: () => undefined,
    health: (health: Health) => healths.push(health),
  };
  return { readings, healths, events };
}

const is = (state: Health['state']) => (health: Health) => health.state === state;

it('reads from a HID-POS scanner, put into its mode', async () => {
  const hid = new FakeHid();
  hid.devices = [KEYBOARD, HONEYWELL];
  const scanner = openHidPos({ driver: 'hid-pos' }, { hid, clock, random: () => 0 });
  const { readings, healths, events } = listen();
  await scanner.start(events);
  await healths.next(is('ready'));
  hid.handles[0]?.emit('data', report('HELLO'));
  expect(await readings.next()).toMatchObject({ text: 'HELLO', symbology: 'qr' });
  expect(hid.handles[0]?.features).toEqual([[254, 1]]);
  await scanner.stop();
  expect(hid.handles[0]?.open).toBe(false);
});

it('survives 1,000 replugs and leaves nothing open', async () => {
  const hid = new FakeHid();
  hid.devices = [HONEYWELL];
  const scanner = openHidPos({ driver: 'hid-pos' }, { hid, clock, random: () => 0 });
  const { readings, healths, events } = listen();
  await scanner.start(events);
  for (let round = 0; round < 1000; round++) {
    await healths.next(is('ready'));
    hid.devices = [];
    hid.handles.at(-1)?.emit('error', new Error('could not read from HID device'));
    await healths.next(is('lost'));
    hid.devices = [HONEYWELL];
  }
  await healths.next(is('ready'));
  hid.handles.at(-1)?.emit('data', report('AFTER'));
  expect((await readings.next()).text).toBe('AFTER');
  expect(hid.handles.filter((handle) => handle.open)).toHaveLength(1);
  await scanner.stop();
  expect(hid.handles.filter((handle) => handle.open)).toHaveLength(0);
});

it.each<[string, HidDeviceInfo[], ErrorCode | undefined]>([
  ['deviceMissing', [], undefined],
  ['deviceMissing', [KEYBOARD], undefined],
  ['permissionDenied', [HONEYWELL], 'permissionDenied'],
  ['deviceAmbiguous', [HONEYWELL, { ...HONEYWELL, serialNumber: 'B2' }], undefined],
])('reports %s', async (reason, devices, problem) => {
  const hid = new FakeHid();
  hid.devices = devices;
  hid.problem = problem;
  const scanner = openHidPos({ driver: 'hid-pos' }, { hid, clock, random: () => 0 });
  const { healths, events } = listen();
  await scanner.start(events);
  expect(await healths.next(is('lost'))).toMatchObject({ reason });
  await scanner.stop();
});

it('selects one of two equal scanners by serial number', async () => {
  const hid = new FakeHid();
  hid.devices = [HONEYWELL, { ...HONEYWELL, serialNumber: 'B2', path: '/dev/hidraw1' }];
  const scanner = openHidPos({ driver: 'hid-pos', serial: 'B2' }, { hid, clock, random: () => 0 });
  const { healths, events } = listen();
  await scanner.start(events);
  await healths.next(is('ready'));
  await scanner.stop();
});

it('reads from a scanner that types', async () => {
  const hid = new FakeHid();
  hid.devices = [KEYBOARD];
  const scanner = openHidKeyboard(
    { driver: 'hid-keyboard', vendorId: 0x05e0 },
    { hid, clock, random: () => 0 },
  );
  const { readings, healths, events } = listen();
  await scanner.start(events);
  await healths.next(is('ready'));
  for (const usage of [0x1e, 0x1f, 0x20, 0x21, 0x28]) {
    hid.handles[0]?.emit('data', Buffer.from([0, 0, usage, 0, 0, 0, 0, 0]));
    hid.handles[0]?.emit('data', Buffer.alloc(8));
  }
  expect((await readings.next()).text).toBe('1234');
  await scanner.stop();
});

it('requires a vendor for a scanner that types', () => {
  expect(() =>
    openHidKeyboard({ driver: 'hid-keyboard' } as never, { hid: new FakeHid() }),
  ).toThrow(/vendorId/);
});
