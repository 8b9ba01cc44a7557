import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { Verdict } from '../../shared/verdict.ts';

/** Where an answer came from, or why the list must be asked. */
export type Route =
  | { from: 'server'; verdict: Verdict }
  | { from: 'list'; because: 'linkDown' | 'tooSlow' };

/** What the server says when it could not be asked: the list may answer. */
const unreachable: readonly string[] = ['closed', 'timeout', 'unavailable', 'busy', 'internal'];

/**
 * Asks the server and gives it its budget: the list answers only when the link is really down or too
 * slow. An answer that comes later is dropped; the fact made offline carries the same request id, so
 * that the server sees that both are one event.
 *
 * @param ask asks the server; rejects with a stable code.
 * @param options.budgetMs how long a person at a gate is made to wait for the server.
 * @throws what `ask` rejects with, when that does not mean that the server can't be reached.
 */
export function routeVerify(
  ask: () => Promise<Verdict>,
  options: { isLinkUp: boolean; budgetMs: number; clock: Clock },
): Promise<Route> {
  if (!options.isLinkUp) {
    return Promise.resolve({ from: 'list', because: 'linkDown' });
  }
  return new Promise((resolve, reject) => {
    const cancel = options.clock.after(options.budgetMs, () =>
      resolve({ from: 'list', because: 'tooSlow' }),
    );
    ask().then(
      (verdict) => {
        cancel();
        resolve({ from: 'server', verdict });
      },
      (error: unknown) => {
        cancel();
        const code = errorCode(error);
        if (unreachable.includes(code)) {
          resolve({ from: 'list', because: code === 'timeout' ? 'tooSlow' : 'linkDown' });
        } else {
          reject(error);
        }
      },
    );
  });
}
