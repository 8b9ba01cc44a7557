const STOP_TIMEOUT_MS = 10_000;

/**
 * Waits for SIGINT or SIGTERM, then stops. A second signal, or a stop that takes too long, ends the
 * process at once.
 */
export async function untilStopped(stop: () => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  const giveUp = () => process.exit(1);
  process.once('SIGINT', giveUp);
  process.once('SIGTERM', giveUp);
  setTimeout(giveUp, STOP_TIMEOUT_MS).unref();
  await stop();
  process.removeListener('SIGINT', giveUp);
  process.removeListener('SIGTERM', giveUp);
}
