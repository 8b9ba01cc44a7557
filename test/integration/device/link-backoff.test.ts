import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Link } from '../../../device/link/link.ts';
import { type Clock, systemClock } from '../../../shared/clock.ts';

let link: Link | undefined;

afterEach(() => link?.stop());

/** A port of this machine where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

test('a server that is not there is tried less and less often', async () => {
  const retriesMs: number[] = [];
  const wanted = 8;
  let finish = () => {};
  const enough = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let isTrying = false;
  // The first timer of each try is its own deadline; the next one is the wait before another try.
  const clock: Clock = {
    ...systemClock,
    after: (delayMs, callback) => {
      isTrying = !isTrying;
      if (isTrying) {
        return () => {};
      }
      retriesMs.push(delayMs);
      if (retriesMs.length === wanted) {
        finish();
        return () => {};
      }
      const soon = setImmediate(callback);
      return () => clearImmediate(soon);
    },
  };
  link = new Link({
    url: `ws://127.0.0.1:${await closedPort()}/link`,
    identity: { kioskId: 'gate-1', sign: () => new Uint8Array(64) },
    software: 'test',
    clock,
    random: () => 0.5,
    status: () => ({ state: 'inService', peripherals: {} }),
  });
  link.start({ up: () => {}, down: () => {} });
  await enough;
  expect(retriesMs).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});
