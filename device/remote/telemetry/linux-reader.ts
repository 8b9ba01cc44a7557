import { execFile } from 'node:child_process';
import { readdir, readFile, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { MachineReader } from './machine-sample.ts';

const run = promisify(execFile);
/** The firmware answers within milliseconds, or the tool is not the Pi's. */
const TOOL_TIMEOUT_MS = 2_000;

/** The machine that this program runs on. Where there is no vcgencmd it is asked for once, not again. */
export function linuxReader(): MachineReader {
  let hasTool = true;
  return {
    text: (path) => readFile(path, 'utf8'),
    list: (path) => readdir(path),
    async throttled() {
      if (!hasTool) {
        throw new Error('no vcgencmd');
      }
      try {
        const options = { timeout: TOOL_TIMEOUT_MS, maxBuffer: 4_096 };
        return (await run('vcgencmd', ['get_throttled'], options)).stdout;
      } catch (error) {
        hasTool = !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
        throw error;
      }
    },
    async space(folder) {
      const { bavail, blocks, bsize } = await statfs(folder);
      return { totalBytes: blocks * bsize, availableBytes: bavail * bsize };
    },
  };
}
