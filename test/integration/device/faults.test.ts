import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { OfflineGate, OfflineSite } from '../../support/offline-gate.ts';

const YEAR_MS = 365 * 86_400_000;
const lost = (reason: string) => ({ state: 'lost', since: 0, reason }) as const;
const ready = { state: 'ready', since: 0 } as const;

let site: OfflineSite;
let gate: OfflineGate | undefined;

beforeEach(async () => {
  site = await OfflineSite.start();
});
afterEach(async () => {
  await gate?.stop();
  gate = undefined;
  await site.stop();
});

type GateOptions = ConstructorParameters<typeof OfflineGate>[1];

async function open(options: GateOptions = {}): Promise<OfflineGate> {
  const opened = new OfflineGate(site, options);
  gate = opened;
  await opened.start();
  await site.untilCurrent(opened);
  await opened.until(() => opened.state?.phase.name === 'idle');
  return opened;
}

const phase = (of: OfflineGate) => of.state?.phase.name;

describe('a camera that works and sees nothing', () => {
  test('is in the status and in the self-test, and the gate stays open', async () => {
    const one = await open();
    one.part('scanner.2', ready);
    one.view('lensCovered', 'scanner.2');
    expect(phase(one)).toBe('idle');
    const reported = one.kiosk.status().peripherals?.['scanner.2'];
    expect(reported).toEqual({ state: 'ready', reason: 'lensCovered' });
    const results = await one.kiosk.selfTest();
    expect(results).toContainEqual({ part: 'scanner.2', result: 'failed', code: 'lensCovered' });
    expect(results).toContainEqual({ part: 'scanner', result: 'passed' });
    one.view('clear', 'scanner.2');
    const again = await one.kiosk.selfTest();
    expect(again).toContainEqual({ part: 'scanner.2', result: 'passed' });
    expect(one.kiosk.status().peripherals).toMatchObject({
      'scanner.2': { state: 'ready' },
      'selfTest.scanner.2': { state: 'ready' },
    });
  });
});

describe('unplugged in mid-session', () => {
  test('the scanner: who was read goes on, then the gate says so and comes back by itself', async () => {
    const one = await open();
    one.read(site.person('entitled').text);
    one.part('scanner', lost('unplugged'));
    expect(phase(one)).toBe('entering');
    expect(one.kiosk.status().peripherals?.scanner).toEqual({ state: 'lost', reason: 'unplugged' });
    one.type(site.person('entitled').person.codiceFiscale);
    one.key({ kind: 'confirm' });
    await one.until(() => phase(one) === 'showing');
    expect(one.verdict()).toBe('server granted');
    one.end();
    expect(one.state?.phase).toEqual({ name: 'outOfService', reason: 'scanner' });
    expect(one.kiosk.status().state).toBe('outOfService');
    one.part('scanner', ready);
    expect(phase(one)).toBe('idle');
  });

  test('one scanner of two: the gate reads on, and the status names the one that is lost', async () => {
    const one = await open();
    one.part('scanner.2', ready);
    one.part('scanner', lost('unplugged'));
    expect(phase(one)).toBe('idle');
    expect(one.kiosk.status().peripherals).toMatchObject({
      scanner: { state: 'lost', reason: 'unplugged' },
      'scanner.2': { state: 'ready' },
    });
    one.part('scanner.2', lost('permissionDenied'));
    expect(one.state?.phase).toEqual({ name: 'outOfService', reason: 'scanner' });
    one.part('scanner', ready);
    expect(phase(one)).toBe('idle');
  });

  test.each(['keypad', 'turnstile'] as const)(
    'the %s: the session ends kindly, and the gate comes back by itself',
    async (part) => {
      const one = await open({ touch: false });
      one.read(site.person('entitled').text);
      one.type('RSSMRA');
      one.part(part, lost('permissionDenied'));
      expect(one.state?.phase).toEqual({ name: 'outOfService', reason: part });
      expect(one.screen).toMatchObject({ icon: 'staff', tone: 'attention' });
      expect(one.kiosk.status().peripherals?.[part]).toMatchObject({ reason: 'permissionDenied' });
      // Nothing of what was typed stays.
      expect(JSON.stringify(one.state)).not.toContain('RSSMRA');
      one.part(part, ready);
      expect(phase(one)).toBe('idle');
      expect(await one.walk(site.person('entitled'))).toBe('server granted');
    },
  );

  test('the keypad where the glass takes touches: the session goes on', async () => {
    const one = await open({ touch: true });
    one.read(site.person('entitled').text);
    one.part('keypad', lost('unplugged'));
    expect(phase(one)).toBe('entering');
  });
});

describe('the clock', () => {
  /** A machine's clock that may be anywhere; what has passed is right, as the kernel's monotonic one is. */
  function wandering(): { clock: Clock; jumpMs: number } {
    const wanders = {
      jumpMs: 0,
      clock: { ...systemClock, now: () => systemClock.now() + wanders.jumpMs },
    };
    return wanders;
  }

  test.each([
    ['twenty years ahead', 20 * YEAR_MS],
    ['twenty years back', -20 * YEAR_MS],
  ])('jumps %s: the gate answers as before, with the link and without', async (_name, jumpMs) => {
    const wanders = wandering();
    const one = await open({ clock: wanders.clock });
    wanders.jumpMs = jumpMs;
    expect(await one.walk(site.person('entitled'))).toBe('server granted');
    one.end();
    site.network.cut();
    await one.untilLink('down');
    expect(await one.walk(site.person('entitled'))).toBe('list granted');
    one.end();
    site.network.restore();
    await one.untilLink('up');
    await one.untilDelivered();
    expect(one.sources.status()?.factsQuarantined).toBe(0);
  });

  test('was never set: the link says what time it is, and the self-test that it was wrong', async () => {
    const wanders = wandering();
    wanders.jumpMs = -systemClock.now();
    const one = await open({ clock: wanders.clock });
    expect(await one.walk(site.person('entitled'))).toBe('server granted');
    one.end();
    const results = await one.kiosk.selfTest();
    expect(results).toContainEqual({ part: 'clock', result: 'failed', code: 'clockUnset' });
    expect(results).toContainEqual({ part: 'list', result: 'passed' });
  });
});

describe('the disk', () => {
  test('takes no fact: nothing opens, nobody is refused, and once it does all is well', async () => {
    const one = await open();
    const database = new Database(join(site.folder, 'kiosk', 'outbox.db'));
    const full = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END";
    database.exec(`CREATE TRIGGER full BEFORE INSERT ON owed ${full}`);
    site.network.cut();
    await one.untilLink('down');
    expect(await one.walk(site.person('entitled'))).toBe('server unconfirmed unavailable');
    expect(one.opened).toEqual([]);
    expect(one.logged).toContain('verifyFailed outboxUnavailable');
    one.end();
    database.exec('DROP TRIGGER full');
    database.close();
    expect(await one.walk(site.person('entitled'))).toBe('list granted');
    expect(one.opened).toHaveLength(1);
  });
});

test('a self-test reports the list, the link and the clock, and the server gets it at once', async () => {
  const one = await open();
  const { listener } = site.server.app.sockets;
  const status = listener.status?.bind(listener);
  const heard = new Promise((resolve) => {
    listener.status = (kiosk, report) => {
      status?.(kiosk, report);
      const found = report.peripherals?.['selfTest.list'];
      if (found) {
        resolve(found.state);
      }
      return true;
    };
  });
  const results = await one.kiosk.selfTest();
  expect(await heard).toBe('ready');
  const failed = results.filter(({ result }) => result === 'failed');
  expect(failed).toEqual([]);
  for (const part of ['list', 'link', 'clock', 'turnstile'] as const) {
    expect(results).toContainEqual({ part, result: 'passed' });
  }
});
