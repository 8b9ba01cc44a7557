import { beforeEach, describe, expect, test } from 'vitest';
import { offlineConfigSchema, sessionConfigSchema } from '../../../../../device/config.ts';
import {
  type LayeredSession,
  layeredSession,
} from '../../../../../device/remote/config/layered-session.ts';
import {
  type ConfiguredGate,
  RemoteConfigApplier,
  TRIAL_MS,
  TRIAL_STARTS_MAX,
} from '../../../../../device/remote/config/remote-config-applier.ts';
import type { GateHealth } from '../../../../../device/remote/config/trial-watch.ts';
import type { Disk } from '../../../../../device/storage/disk.ts';
import { VirtualClock } from '../../../../support/virtual-clock.ts';

const own = sessionConfigSchema.parse({ language: 'it', answerMs: 3_000 });
const well: GateHealth = { isLinkUp: true, faults: [], unanswered: 0 };
const log = { info: () => {}, warn: () => {} };

/** A disk that outlives the program. */
class MemoryDisk implements Disk {
  readonly files = new Map<string, Uint8Array>();
  isFull = false;
  read = async (name: string) => this.files.get(name);
  remove = async (name: string) => void this.files.delete(name);
  async replace(name: string, bytes: Uint8Array) {
    if (this.isFull) {
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    }
    this.files.set(name, bytes);
  }
}

class Gate implements ConfiguredGate {
  readonly applied: LayeredSession[] = [];
  current: GateHealth = well;
  throws: LayeredSession['language'] | undefined;
  /** Somebody is at the gate. */
  isBusy = false;
  #done = () => {};

  apply(session: LayeredSession, settled: (error?: unknown) => void): 'applied' | 'scheduled' {
    this.#done = () => {};
    if (this.isBusy) {
      this.#done = () => {
        try {
          this.#use(session);
          settled();
        } catch (error) {
          settled(error);
        }
      };
      return 'scheduled';
    }
    this.#use(session);
    return 'applied';
  }

  /** The person is done. */
  leave(): void {
    this.isBusy = false;
    this.#done();
  }

  #use(session: LayeredSession): void {
    if (session.language === this.throws) {
      throw new Error('a driver that does not like it');
    }
    this.applied.push(session);
  }

  health(): GateHealth {
    return this.current;
  }
}

let clock: VirtualClock;
let disk: MemoryDisk;
let gate: Gate;

beforeEach(() => {
  clock = new VirtualClock();
  disk = new MemoryDisk();
  gate = new Gate();
});

/** A start of the program. */
async function started(): Promise<RemoteConfigApplier> {
  const steering = new RemoteConfigApplier({ disk, own, clock, log });
  const session = await steering.start();
  gate.applied.push(session);
  steering.attach(gate);
  return steering;
}

const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
};

const language = () => gate.applied.at(-1)?.language;

async function proven(
  steering: RemoteConfigApplier,
  version: number,
  body: Record<string, string>,
) {
  expect(await steering.configure({ version, body })).toEqual({ status: 'applied' });
  for (let second = 0; second <= TRIAL_MS; second += 1_000) {
    clock.advance(1_000);
    await settle();
  }
}

test('a config that does well becomes the last good one, and is there after a restart', async () => {
  const steering = await started();
  expect(steering.reported()).toEqual({ version: 0, status: 'running' });
  expect(await steering.configure({ version: 3, body: { language: 'de' } })).toEqual({
    status: 'applied',
  });
  expect(language()).toBe('de');
  expect(steering.reported()).toEqual({ version: 3, status: 'trial' });
  await proven(steering, 3, { language: 'de' });
  expect(steering.reported()).toEqual({ version: 3, status: 'running' });
  expect(clock.waiting).toBe(0);
  steering.stop();
  expect((await started()).reported()).toEqual({ version: 3, status: 'running' });
  expect(language()).toBe('de');
});

describe('a config that makes the kiosk fail is taken back by itself, and said', () => {
  const failures: [string, () => void, RegExp][] = [
    ['the link does not come back', () => (gate.current = { ...well, isLinkUp: false }), /link/],
    ['a part is lost', () => (gate.current = { ...well, faults: ['speech'] }), /speech/],
    ['questions stay unanswered', () => (gate.current = { ...well, unanswered: 3 }), /questions/],
  ];
  test.each(failures)('%s', async (_name, fail, words) => {
    const steering = await started();
    await proven(steering, 1, { language: 'en' });
    await steering.configure({ version: 2, body: { language: 'de' } });
    fail();
    clock.advance(TRIAL_MS);
    await settle();
    expect(language()).toBe('en');
    const reported = steering.reported();
    expect(reported).toMatchObject({ version: 1, status: 'fellBack', failed: 2 });
    expect(reported.problems?.[0]?.message).toMatch(words);
    const again = await steering.configure({ version: 2, body: { language: 'de' } });
    expect(again.status).toBe('refused');
    expect(language()).toBe('en');
    gate.current = well;
    await proven(steering, 3, { language: 'fr' });
    expect(steering.reported()).toEqual({ version: 3, status: 'running' });
  });

  test('what was wrong before the trial is not held against it', async () => {
    gate.current = { isLinkUp: false, faults: ['printer'], unanswered: 0 };
    const steering = await started();
    await proven(steering, 1, { language: 'en' });
    expect(steering.reported()).toEqual({ version: 1, status: 'running' });
  });

  test('applying it throws', async () => {
    gate.throws = 'de';
    const steering = await started();
    const answer = await steering.configure({ version: 2, body: { language: 'de' } });
    expect(answer.status).toBe('refused');
    expect(language()).toBe('it');
    expect(steering.reported()).toMatchObject({ version: 0, status: 'fellBack', failed: 2 });
  });

  test('the program does not outlive its trial', async () => {
    const steering = await started();
    await proven(steering, 1, { language: 'en' });
    await steering.configure({ version: 2, body: { language: 'de' } });
    steering.stop();
    for (let start = 1; start < TRIAL_STARTS_MAX; start += 1) {
      const next = await started();
      expect(next.reported()).toEqual({ version: 2, status: 'trial' });
      next.stop();
    }
    const last = await started();
    expect(last.reported()).toMatchObject({ version: 1, status: 'fellBack', failed: 2 });
    expect(language()).toBe('en');
  });
});

describe('somebody is at the gate', () => {
  const v = (version: number, to: string) => ({ version, body: { language: to } });

  test('a config waits, is reported as pending, and its trial begins when they are done', async () => {
    const steering = await started();
    await proven(steering, 1, { language: 'en' });
    gate.isBusy = true;
    expect(await steering.configure(v(2, 'de'))).toEqual({ status: 'scheduled' });
    clock.advance(TRIAL_MS * 2);
    await settle();
    expect(language()).toBe('en');
    expect(steering.reported()).toEqual({ version: 1, status: 'running', pending: 2 });
    expect(await steering.configure(v(2, 'de'))).toEqual({ status: 'scheduled' });
    gate.leave();
    expect(language()).toBe('de');
    expect(steering.reported()).toEqual({ version: 2, status: 'trial' });
    for (let second = 0; second <= TRIAL_MS; second += 1_000) {
      clock.advance(1_000);
      await settle();
    }
    expect(steering.reported()).toEqual({ version: 2, status: 'running' });
  });

  test('the one before is wanted again: nothing waits any more', async () => {
    const steering = await started();
    await proven(steering, 1, { language: 'en' });
    gate.isBusy = true;
    await steering.configure(v(2, 'de'));
    await steering.configure(v(1, 'en'));
    expect(steering.reported()).toEqual({ version: 1, status: 'running' });
    gate.leave();
    await settle();
    expect(language()).toBe('en');
    expect((await started()).reported()).toEqual({ version: 1, status: 'running' });
  });

  test('what waited can’t be put in force: the one before stays, and it is said', async () => {
    const steering = await started();
    gate.isBusy = true;
    gate.throws = 'de';
    await steering.configure(v(2, 'de'));
    gate.leave();
    await settle();
    expect(language()).toBe('it');
    expect(steering.reported()).toMatchObject({ version: 0, status: 'fellBack', failed: 2 });
  });

  test('the program ends while it waits: the next start begins with it', async () => {
    const steering = await started();
    gate.isBusy = true;
    await steering.configure(v(2, 'de'));
    steering.stop();
    gate = new Gate();
    expect((await started()).reported()).toEqual({ version: 2, status: 'trial' });
    expect(language()).toBe('de');
  });
});

test('a site that wants no config any more: the own file is all, also after a restart', async () => {
  const steering = await started();
  await proven(steering, 1, { language: 'en' });
  await steering.release();
  expect(language()).toBe('it');
  expect(steering.reported()).toEqual({ version: 0, status: 'running' });
  expect((await started()).reported()).toEqual({ version: 0, status: 'running' });
});

describe('a config that is not taken', () => {
  const refused: [string, Record<string, string | number | boolean>, string][] = [
    ['an unknown field', { hardware: 'none' }, 'hardware'],
    ['a value out of bounds', { answerMs: 1 }, 'answerMs'],
    ['another type', { language: 7 }, 'language'],
  ];
  test.each(refused)('%s leaves the one before, with what is wrong', async (_name, body, path) => {
    const steering = await started();
    const answer = await steering.configure({ version: 4, body });
    expect(answer).toMatchObject({ status: 'refused', problems: [{ path }] });
    expect(steering.reported()).toMatchObject({ version: 0, status: 'refused', failed: 4 });
    expect(gate.applied).toHaveLength(1);
  });

  test('a full disk: it can’t be kept, so it is not put in force', async () => {
    const steering = await started();
    disk.isFull = true;
    const answer = await steering.configure({ version: 4, body: { language: 'de' } });
    expect(answer).toMatchObject({
      status: 'refused',
      problems: [{ message: expect.stringMatching(/ENOSPC/) }],
    });
    expect(gate.applied).toHaveLength(1);
  });

  test('a damaged file is none', async () => {
    disk.files.set('steered.json', new TextEncoder().encode('{"good":'));
    expect((await started()).reported()).toEqual({ version: 0, status: 'running' });
  });
});

describe('a session under a server’s config', () => {
  test('takes the times of its new kind of gate, but not where the file gave its own', () => {
    const file = sessionConfigSchema.parse({ mode: 'museum', verdictMs: 9_999 });
    const steered = layeredSession(file, { mode: 'transport' }, undefined);
    expect(steered).toMatchObject({
      ok: true,
      session: { mode: 'transport', entryMs: 40_000, verdictMs: 9_999 },
    });
  });

  test('leaves the list its time', () => {
    const offline = offlineConfigSchema.parse({ folder: '/x', budgetMs: 800 });
    expect(layeredSession(own, { answerMs: 1_500 }, offline)).toMatchObject({
      ok: false,
      problems: [{ path: 'answerMs' }],
    });
  });
});
