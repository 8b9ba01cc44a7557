import { describe, expect, test } from 'vitest';
import { FairQueue } from '../../../../server/login/fair-queue.ts';
import { type HashCaller, HashQueue } from '../../../../server/login/hash-queue.ts';
import { shownNetwork } from '../../../../server/login/network.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

/** What a hash takes, on the virtual clock. */
const HASH_MS = 300;

/** A queue whose hashes take {@link HASH_MS} each, and when each of them was over. */
function queueOn(clock: VirtualClock) {
  const queue = new HashQueue();
  const done: [string, number][] = [];
  const refused: string[] = [];
  const ask = async (name: string, caller: Partial<HashCaller> & { address: string }) => {
    const whole = { lane: 'pin', account: name, ...caller } as const;
    const outcome = await queue.run(whole, () => hashed(clock));
    if (outcome === 'overloaded') {
      refused.push(name);
    } else {
      done.push([name, clock.now() - startedAt]);
    }
  };
  const startedAt = clock.now();
  return { ask, done, refused, msOf: (name: string) => new Map(done).get(name) };
}

const hashed = (clock: VirtualClock) =>
  new Promise<void>((resolve) => {
    clock.after(HASH_MS, resolve);
  });

/** Lets time pass until all that waits has been served. */
async function pass(clock: VirtualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += HASH_MS) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(HASH_MS);
  }
  await new Promise((resolve) => setImmediate(resolve));
}

describe('the queue of password hashes', () => {
  test('66 PIN logins from 66 networks do not hold up staff', async () => {
    const clock = new VirtualClock();
    const { ask, msOf, refused } = queueOn(clock);
    for (let one = 0; one < 66; one += 1) {
      ask(`flood ${one}`, { address: `10.${one}.0.1` });
    }
    ask('ada', { lane: 'staff', address: '203.0.113.7' });
    await pass(clock, 66 * HASH_MS);
    expect(msOf('ada')).toBe(2 * HASH_MS);
    expect(refused).toEqual([]);
    expect(msOf('flood 65')).toBe(34 * HASH_MS);
  });

  test('a network that floods waits for itself: another is served next, also when the queue is full', async () => {
    const clock = new VirtualClock();
    const { ask, msOf, done, refused } = queueOn(clock);
    for (let one = 0; one < 100; one += 1) {
      ask(`flood ${one}`, { address: `198.51.100.${one}` });
    }
    // Two run and twelve wait; whatever else the network sends is turned away at once.
    await pass(clock, 0);
    expect(refused).toHaveLength(86);
    ask('bruno', { address: '203.0.113.7' });
    await pass(clock, 30 * HASH_MS);
    expect(msOf('bruno')).toBeLessThanOrEqual(2 * HASH_MS);
    expect(done).toHaveLength(15);
  });

  test('an account that somebody asks for without end does not hold up the others of its network', async () => {
    const clock = new VirtualClock();
    const { ask, msOf, refused } = queueOn(clock);
    for (let one = 0; one < 10; one += 1) {
      ask(`flood ${one}`, { address: '198.51.100.1', account: 'victim' });
    }
    ask('carla', { address: '198.51.100.2' });
    await pass(clock, 10 * HASH_MS);
    expect(refused).toHaveLength(6);
    expect(msOf('carla')).toBe(2 * HASH_MS);
  });

  test('what only counts a try waits until nothing else runs', async () => {
    const clock = new VirtualClock();
    const { ask, msOf } = queueOn(clock);
    ask('one', { address: '198.51.100.1' });
    ask('count', { lane: 'unproven', address: '203.0.113.7' });
    ask('two', { address: '198.51.101.1' });
    ask('three', { lane: 'staff', address: '198.51.102.1' });
    await pass(clock, 5 * HASH_MS);
    expect(msOf('three')).toBe(2 * HASH_MS);
    expect(msOf('count')).toBe(3 * HASH_MS);
  });

  test('a hash that fails frees its place', async () => {
    const queue = new HashQueue();
    const caller = { lane: 'staff', address: '203.0.113.7', account: 'ada' } as const;
    const failing = () => queue.run(caller, () => Promise.reject(new Error('out of memory')));
    for (let one = 0; one < 5; one += 1) {
      await expect(failing()).rejects.toThrow('out of memory');
    }
    expect(await queue.run(caller, async () => 'done')).toBe('done');
  });
});

test('a full queue: a newcomer displaces the newest of the largest network, if that has much more', () => {
  const limits = { waitingMax: 4, ofNetworkMax: 4, ofAccountMax: 4 };
  const queue = new FairQueue<string>(limits);
  for (const item of ['a1', 'a2', 'a3']) {
    expect(queue.push('a', 'x', item)).toBeUndefined();
  }
  expect(queue.push('b', 'x', 'b1')).toBeUndefined();
  expect(queue.push('c', 'x', 'c1')).toBe('a3');
  expect(queue.push('b', 'x', 'b2')).toBe('b2');
  expect(queue.push('d', 'x', 'd1')).toBe('a2');
  expect(queue.push('e', 'x', 'e1')).toBe('e1');
  expect(queue.size).toBe(4);
  const served = Array.from({ length: 5 }, () => queue.shift());
  expect(served).toEqual(['a1', 'b1', 'c1', 'd1', undefined]);
  expect(queue.size).toBe(0);
});

test('networks take turns, and in a network its accounts', () => {
  const queue = new FairQueue<string>({ waitingMax: 9, ofNetworkMax: 9, ofAccountMax: 9 });
  for (const [network, account, item] of [
    ['a', 'x', 'ax1'],
    ['a', 'x', 'ax2'],
    ['a', 'y', 'ay1'],
    ['b', 'x', 'bx1'],
    ['b', 'x', 'bx2'],
  ] as const) {
    queue.push(network, account, item);
  }
  const served = Array.from({ length: 5 }, () => queue.shift());
  expect(served).toEqual(['ax1', 'bx1', 'ay1', 'bx2', 'ax2']);
});

test.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['', ''],
])('the network of %j that has one share is %j', (address, network) => {
  expect(shownNetwork(address)).toBe(network);
});
