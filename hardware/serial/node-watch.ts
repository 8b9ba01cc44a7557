import { type FSWatcher, lstatSync, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** How often a device node is looked at, in milliseconds; the directory's own events come sooner. */
const LOOK_MS = 1_000;

/**
 * Calls back once when a device node is gone or is another device. serialport 13 may spin for ever on
 * a cable that was pulled instead of saying so (its read of 0 bytes is retried at once), so whoever
 * holds a port watches its node and closes it.
 *
 * @returns how to end the watch; may be called twice.
 */
export function watchNode(path: string, gone: () => void): () => void {
  const identity = nodeIdentity(path);
  let watcher: FSWatcher | undefined;
  const end = () => {
    clearInterval(timer);
    watcher?.close();
    watcher = undefined;
  };
  const look = () => {
    if (nodeIdentity(path) !== identity) {
      end();
      gone();
    }
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  try {
    watcher = watch(dirname(path), { persistent: false }, (_event, file) => {
      if (file === null || file === basename(path)) {
        look();
      }
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // Without inotify the timer alone tells, within a second.
  }
  return end;
}

/**
 * Which device it is. A device that comes back may get the numbers of the one before (a pseudo-terminal
 * always does), so a link to it counts by when it was made; a node's own time is no sign, since udev sets
 * its owner a moment after it is there.
 */
function nodeIdentity(path: string): string {
  try {
    const { rdev, ino } = statSync(path);
    const link = lstatSync(path, { bigint: true });
    const made = link.isSymbolicLink() ? `${link.ino}:${link.ctimeNs}` : '';
    return `${rdev}:${ino}:${made}`;
  } catch {
    return 'gone';
  }
}
