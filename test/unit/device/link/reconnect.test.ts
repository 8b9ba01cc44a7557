import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinkQuality } from '../../../../device/link/link-quality.ts';
import { reconnectDelayMs } from '../../../../device/link/reconnect.ts';
import { seededRandom } from '../../../../scripts/sample/seeded-random.ts';
import {
  defaultSocketLimits,
  reconnectWithinMs,
} from '../../../../server/fleet/link/link-limits.ts';

describe('the next try', () => {
  const lost = { attempt: 0, reason: 'closed', withinMs: 0 };

  test('never comes later than the longest wait, nor the server’s own spread', () => {
    const losses = fc.record({
      attempt: fc.nat(1_000),
      reason: fc.constantFrom('closed', 'ECONNREFUSED', 'evicted', 'proofRefused'),
      withinMs: fc.nat(50_000),
    });
    fc.assert(
      fc.property(losses, fc.double({ min: 0, max: 0.999, noNaN: true }), (loss, random) => {
        const delayMs = reconnectDelayMs(loss, random);
        expect(delayMs).toBeGreaterThanOrEqual(0);
        expect(delayMs).toBeLessThanOrEqual(Math.max(30_000, loss.withinMs));
      }),
    );
  });

  test('waits for as long as the server asked, not at once where nobody is welcome', () => {
    expect(reconnectDelayMs({ ...lost, retryAfterMs: 8_000 }, 0)).toBe(6_000);
    expect(reconnectDelayMs({ ...lost, retryAfterMs: 8_000 }, 0.999)).toBeLessThan(10_000);
    expect(reconnectDelayMs({ ...lost, reason: 'evicted' }, 0)).toBe(15_000);
  });
});

test('1,000 kiosks are all back within a minute, and no second sees more than a few', () => {
  const random = seededRandom(7);
  const withinMs = reconnectWithinMs(1_000, defaultSocketLimits);
  const perSecond = new Map<number, number>();
  for (let kiosk = 0; kiosk < 1_000; kiosk += 1) {
    // The server is away for five seconds: who comes meanwhile comes again.
    let at = 0;
    for (let attempt = 0; at < 5_000 || attempt === 0; attempt += 1) {
      at += reconnectDelayMs({ attempt, reason: 'closed', withinMs }, random());
    }
    expect(at).toBeLessThan(60_000);
    const second = Math.floor(at / 1_000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  expect(Math.max(...perSecond.values())).toBeLessThan(120);
});

test('the quality is the median round trip, and how often the link came back', () => {
  const quality = new LinkQuality();
  expect(quality.view()).toEqual({ reconnects: 0 });
  for (const durationMs of [900, 20, 700]) {
    quality.note(durationMs);
  }
  quality.reconnected();
  expect(quality.view()).toEqual({ reconnects: 1, roundTripMs: 700 });
});
