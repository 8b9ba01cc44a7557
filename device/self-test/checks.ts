import type { Health, ScannerName } from '../../hardware/ports.ts';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import { type SelfTestResult, type TestedPart, testedParts } from '../session/tested-parts.ts';

/** How one part did. `code` is stable. */
export type CheckOutcome = { result: 'passed' | 'absent' } | { result: 'failed'; code: string };

/** Tries one part. A rejection counts as failed, with the error's code. */
export type Check = () => Promise<CheckOutcome>;

export type Checks = { [Part in TestedPart]?: Check | undefined };

/** How long a self-test waits for a part to come up, in milliseconds. */
export const SETTLE_MS = 8_000;

/** A part that gives no answer in so long has failed, in milliseconds. */
export const CHECK_TIMEOUT_MS = 15_000;

/** Tries every part at once, each with its own deadline; what has no check is absent. */
export function runSelfTest(checks: Checks, clock: Clock): Promise<SelfTestResult[]> {
  return Promise.all(
    partsOf(checks).map(async (part): Promise<SelfTestResult> => {
      const check = checks[part];
      const outcome: CheckOutcome = check ? await inTime(check, clock) : { result: 'absent' };
      return { part, ...outcome };
    }),
  );
}

/** The parts that every kiosk may have, and the further scanners of this one. */
function partsOf(checks: Checks): TestedPart[] {
  return [...testedParts, ...Object.keys(checks).filter(isFurtherScanner)];
}

function isFurtherScanner(name: string): name is ScannerName {
  return name.startsWith('scanner.');
}

function inTime(check: Check, clock: Clock): Promise<CheckOutcome> {
  return new Promise((resolve) => {
    const cancel = clock.after(CHECK_TIMEOUT_MS, () =>
      resolve({ result: 'failed', code: 'timeout' }),
    );
    const finish = (outcome: CheckOutcome) => {
      cancel();
      resolve(outcome);
    };
    check().then(finish, (error: unknown) => finish({ result: 'failed', code: errorCode(error) }));
  });
}

/** A part by what its driver says of it; `keyStuck`, `espeak-ngMissing` and the like are its codes. */
export function healthOutcome(health: Health): CheckOutcome {
  switch (health.state) {
    case 'ready':
      return { result: 'passed' };
    case 'opening':
      return { result: 'failed', code: 'opening' };
    case 'lost':
    case 'failing':
      return { result: 'failed', code: health.reason };
  }
}

/** No kiosk of this version ran before this day: an earlier clock was never set. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);
/** What the server's proof check allows, in milliseconds. */
const SKEW_MAX_MS = 300_000;

/**
 * The clock against the calendar, and against the server where there is one.
 *
 * @param skewMs this machine's time less the server's; `undefined` while there was no link.
 */
export function clockOutcome(now: number, skewMs: number | undefined): CheckOutcome {
  if (now < EARLIEST_MS) {
    return { result: 'failed', code: 'clockUnset' };
  }
  return skewMs !== undefined && Math.abs(skewMs) > SKEW_MAX_MS
    ? { result: 'failed', code: 'clockSkewed' }
    : { result: 'passed' };
}
