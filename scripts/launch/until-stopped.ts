import { constants } from 'node:os';

const STOP_TIMEOUT_MS = 10_000;

/** What ends a program: Ctrl-C, a service manager, a terminal that is closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Until released, a signal ends the process by way of its `exit` handlers, which sweep up. A signal that
 * nobody handles ends it without them, so this stands before the first thing that has to be swept up.
 */
export function exitOnSignal(): () => void {
  const exits = signals.map((signal) => ({
    signal,
    exit: () => process.exit(128 + constants.signals[signal]),
  }));
  for (const { signal, exit } of exits) {
    process.once(signal, exit);
  }
  return () => {
    for (const { signal, exit } of exits) {
      process.removeListener(signal, exit);
    }
  };
}

/**
 * Waits for a signal, then stops. A second signal, or a stop that takes too long, ends the process at once.
 */
export async function untilStopped(stop: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    const release = () => {
      for (const signal of signals) {
        process.removeListener(signal, release);
      }
      resolve();
    };
    for (const signal of signals) {
      process.once(signal, release);
    }
  });
  const release = exitOnSignal();
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
  await stop();
  release();
}
