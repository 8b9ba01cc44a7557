import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Lifecycle } from '../../../server/lifecycle.ts';

const log = pino({ level: 'silent' });

/** Rooms that say what is done with them; these fail. */
function rooms(failing: readonly string[] = []) {
  const calls: string[] = [];
  const step = (what: string) => async () => {
    calls.push(what);
    if (failing.includes(what)) {
      throw new Error(what);
    }
  };
  const room = (name: string) => ({ start: step(`start ${name}`), stop: step(`stop ${name}`) });
  const stages = { open: { a: room('a'), b: room('b') }, serve: { c: room('c') } };
  return { calls, lifecycle: new Lifecycle(stages, log) };
}

test('rooms start in order, stage by stage, and stop in the reverse order', async () => {
  const { calls, lifecycle } = rooms();
  await lifecycle.start('open');
  await lifecycle.start('serve');
  await lifecycle.stop();
  expect(calls).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
});

test('a start that fails half-way stops what was started, once', async () => {
  const { calls, lifecycle } = rooms(['start b']);
  await expect(lifecycle.start('open')).rejects.toThrow('start b');
  await lifecycle.stop();
  expect(calls).toEqual(['start a', 'start b', 'stop c', 'stop b', 'stop a']);
});

test('a room that does not stop keeps no other from stopping', async () => {
  const { calls, lifecycle } = rooms(['stop b']);
  await lifecycle.start('open');
  await lifecycle.stop();
  expect(calls.slice(2)).toEqual(['stop c', 'stop b', 'stop a']);
});
