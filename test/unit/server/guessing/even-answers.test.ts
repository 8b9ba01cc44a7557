import { expect, test } from 'vitest';
import { EvenAnswers } from '../../../../server/guessing/even-answers.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

function holding(startMs = 1000) {
  const clock = new VirtualClock(startMs);
  const left: string[] = [];
  const answers = new EvenAnswers({ clock });
  const hold = (name: string, askedAt: number, everyMs = 100) => {
    void answers.hold(askedAt, everyMs).then(() => left.push(`${name} ${clock.now()}`));
  };
  const advance = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1) {
      clock.advance(1);
      await Promise.resolve();
    }
  };
  return { clock, left, answers, hold, advance };
}

test('an answer leaves when a multiple of its time has passed, whenever it was ready', async () => {
  const { left, hold, advance } = holding();
  hold('quick', 1000);
  await advance(99);
  hold('slow', 1000);
  expect(left).toEqual([]);
  await advance(1);
  expect(left).toEqual(['quick 1100', 'slow 1100']);
  hold('late', 995);
  await advance(95);
  expect(left.at(-1)).toBe('slow 1100');
  await advance(5);
  expect(left.at(-1)).toBe('late 1200');
});

test('answers leave in the order in which they were asked for', async () => {
  const { left, hold, advance } = holding();
  await advance(50);
  hold('second', 1004);
  hold('first', 1001);
  await advance(60);
  expect(left).toEqual(['first 1110', 'second 1110']);
});

test('with no time they leave at once; a server that stops lets all go, and holds none', async () => {
  const { clock, left, answers, hold } = holding();
  hold('at once', 1000, 0);
  hold('held', 1000);
  await Promise.resolve();
  expect(left).toEqual(['at once 1000']);
  answers.stop();
  hold('after', 1000);
  await Promise.resolve();
  await Promise.resolve();
  expect(left.slice(1).sort()).toEqual(['after 1000', 'held 1000']);
  expect(clock.waiting).toBe(0);
});
