import { expect, test } from 'vitest';
import { CircuitBreaker } from '../../../../server/registry/pdnd/circuit-breaker.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const OPEN_MS = 10_000;

function opened(clock: VirtualClock): CircuitBreaker {
  const breaker = new CircuitBreaker({ clock });
  for (let failed = 0; failed < 5; failed += 1) {
    expect(breaker.allowsCall()).toBe(true);
    breaker.recordFailure();
  }
  return breaker;
}

test('five failures in a row open it for ten seconds, and not a moment less', () => {
  const clock = new VirtualClock();
  const breaker = opened(clock);
  expect(breaker.allowsCall()).toBe(false);
  clock.advance(OPEN_MS - 1);
  expect(breaker.allowsCall()).toBe(false);
  clock.advance(1);
  expect(breaker.allowsCall()).toBe(true);
});

test('a single call probes; its outcome closes the breaker or opens it again', () => {
  const clock = new VirtualClock();
  const breaker = opened(clock);
  clock.advance(OPEN_MS);
  expect([breaker.allowsCall(), breaker.allowsCall()]).toEqual([true, false]);
  breaker.recordFailure();
  expect(breaker.allowsCall()).toBe(false);
  clock.advance(OPEN_MS);
  expect(breaker.allowsCall()).toBe(true);
  breaker.recordSuccess();
  expect([breaker.allowsCall(), breaker.allowsCall()]).toEqual([true, true]);
});

test('a success in between starts the count again', () => {
  const breaker = new CircuitBreaker({ clock: new VirtualClock() });
  for (let failed = 0; failed < 4; failed += 1) {
    breaker.recordFailure();
  }
  breaker.recordSuccess();
  breaker.recordFailure();
  expect(breaker.allowsCall()).toBe(true);
});
