import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { FleetBus } from '../../../../../server/fleet/bus/fleet-bus.ts';

let lines: Record<string, unknown>[];
let bus: FleetBus;

beforeEach(() => {
  lines = [];
  const log = pino(
    { level: 'warn' },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  bus = new FleetBus(log);
});

const answer = { outcome: 'granted', seconds: 0.1 } as const;

test('every handler of an event is called at once, and none of another', () => {
  const called: string[] = [];
  bus.on('verificationAnswered', 'one', ({ outcome }) => void called.push(`one ${outcome}`));
  bus.on('verificationAnswered', 'two', ({ outcome }) => void called.push(`two ${outcome}`));
  bus.on('enrolmentTried', 'three', () => void called.push('three'));
  void bus.emit('verificationAnswered', answer);
  expect(called).toEqual(['one granted', 'two granted']);
});

test('a handler that throws or rejects is logged by name and stops no other', async () => {
  const called: string[] = [];
  const fault = Object.assign(new Error('private words'), { code: 'storeUnavailable' });
  bus.on('enrolmentTried', 'throws', () => {
    throw fault;
  });
  bus.on('enrolmentTried', 'rejects', () => Promise.reject(fault));
  bus.on('enrolmentTried', 'works', () => void called.push('works'));
  await bus.emit('enrolmentTried', { result: 'done' });
  expect(called).toEqual(['works']);
  const about = { event: 'enrolmentTried', code: 'storeUnavailable' };
  expect(lines).toMatchObject([
    { ...about, subscriber: 'throws' },
    { ...about, subscriber: 'rejects' },
  ]);
  expect(JSON.stringify(lines)).not.toContain('private words');
});

test('whoever emits may wait for the handlers that take their time', async () => {
  let isDone = false;
  bus.on('enrolmentTried', 'slow', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    isDone = true;
  });
  await bus.emit('enrolmentTried', { result: 'done' });
  expect(isDone).toBe(true);
});

test('a handler that unsubscribed is not called; too many are refused', () => {
  const called: number[] = [];
  const off = bus.on('enrolmentTried', 'one', () => void called.push(1));
  off();
  void bus.emit('enrolmentTried', { result: 'done' });
  expect(called).toEqual([]);
  for (let count = 0; count < 100; count += 1) {
    bus.on('enrolmentTried', 'many', () => {});
  }
  expect(() => bus.on('enrolmentTried', 'one more', () => {})).toThrow(RangeError);
});
