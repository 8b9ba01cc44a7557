import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the tests expect the firmware; never committed. */
export const FIRMWARE = fileURLToPath(
  new URL('../../node_modules/.cache/varco/StandardFirmata.hex', import.meta.url),
);
const PACKAGE = 'avrgirl-arduino@5.0.1';
const INSIDE = 'package/junk/hex/uno/StandardFirmata.cpp.hex';
const SHA256 = '6d57ea7cf30e26c9c2f3a01ee37907d2c951f8bc9c27f84dddad12fa9c8b8f36';

/**
 * Fetches the compiled StandardFirmata 2.4 for an Arduino Uno from an npm package, and checks its hash.
 * Run once: `npx tsx scripts/hil/fetch-firmata.ts`.
 */
function main(): void {
  const directory = mkdtempSync(join(tmpdir(), 'varco-firmata-'));
  try {
    const name = execFileSync('npm', ['pack', '--silent', PACKAGE], { cwd: directory });
    execFileSync('tar', ['xzf', String(name).trim(), INSIDE], { cwd: directory });
    const firmware = readFileSync(join(directory, INSIDE));
    if (createHash('sha256').update(firmware).digest('hex') !== SHA256) {
      throw new Error(`${PACKAGE} does not contain the expected firmware`);
    }
    mkdirSync(dirname(FIRMWARE), { recursive: true });
    writeFileSync(FIRMWARE, firmware);
    process.stdout.write(`${FIRMWARE}\n`);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main();
}
