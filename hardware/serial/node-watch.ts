import { type FSWatcher, lstatSync, statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** How often a device node is checked, in milliseconds; directory events usually come sooner. */
const CHECK_MS = 1_000;

/**
 * Calls `gone` once when a device node has disappeared or become another device. When a cable is pulled
 * serialport 13 may spin for ever (it retries a read of 0 bytes at once) and report nothing, so every
 * driver with a serial port watches its node and closes the port itself.
 *
 * @returns a function that ends the watch; may be called twice.
 */
export function watchNode(path: string, gone: () => void): () => void {
  const identity = nodeIdentity(path);
  let watcher: FSWatcher | undefined;
  const end = () => {
    clearInterval(timer);
    watcher?.close();
    watcher = undefined;
  };
  const check = () => {
    if (nodeIdentity(path) !== identity) {
      end();
      gone();
    }
  };
  const timer = setInterval(check, CHECK_MS);
  timer.unref();
  try {
    watcher = watch(dirname(path), { persistent: false }, (_event, file) => {
      if (file === null || file === basename(path)) {
        check();
      }
    });
    watcher.on('error', () => watcher?.close());
  } catch {
    // Without inotify the timer alone notices, within a second.
  }
  return end;
}

/**
 * Identifies the device behind a node. A device that is plugged in again may get the same numbers (a
 * pseudo-terminal always does), so a symbolic link also counts by its creation time. The node's own time
 * does not help, because udev changes its owner shortly after it appears.
 */
function nodeIdentity(path: string): string {
  try {
    const { rdev, ino } = statSync(path);
    const link = lstatSync(path, { bigint: true });
    const created = link.isSymbolicLink() ? `${link.ino}:${link.ctimeNs}` : '';
    return `${rdev}:${ino}:${created}`;
  } catch {
    return 'gone';
  }
}
