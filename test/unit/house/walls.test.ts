import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const refused: [string, string][] = [
  ['device/to-server.ts', '../server/app.ts'],
  ['server/to-device.ts', '../device/kiosk.ts'],
  ['server/to-hardware.ts', '../hardware/open.ts'],
  ['hardware/scanner/to-device.ts', '../../device/kiosk.ts'],
  ['device/to-driver.ts', '../hardware/open.ts'],
  ['shared/to-hardware.ts', '../hardware/ports.ts'],
  ['shared/protocol/to-node.ts', 'node:crypto'],
  ['shared/to-package.ts', 'ws'],
  ['device/session/to-kiosk.ts', '../kiosk.ts'],
  ['device/session/to-node.ts', 'node:fs'],
  ['hardware/scanner/decode/to-node.ts', 'node:fs'],
  ['server/to-scripts.ts', '../scripts/build-pages.ts'],
  ['device/to-test.ts', '../test/support/canary.ts'],
];
const allowed: [string, string][] = [
  ['device/to-ports.ts', '../hardware/ports.ts'],
  ['device/main.ts', '../hardware/open.ts'],
  ['server/to-shared.ts', '../shared/verdict.ts'],
  ['shared/to-shared.ts', './verdict.ts'],
  ['shared/to-zod.ts', 'zod'],
  ['scripts/to-server.ts', '../server/app.ts'],
];
const circle: [string, string][] = [
  ['server/one.ts', './two.ts'],
  ['server/two.ts', './one.ts'],
];

let folder: string;
let said: string;

/** Plants every import in a copy of the house's rules and asks the real linter once. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'varco-test-'));
  const rules = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
  const planted = { ...rules, $schema: undefined, vcs: { enabled: false } };
  writeFileSync(join(folder, 'biome.json'), JSON.stringify(planted));
  for (const [path, specifier] of [...refused, ...allowed, ...circle]) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), `import { x } from '${specifier}';\n\nexport const y = x;\n`);
  }
  const program = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const words = [program, 'lint', '--colors=off', '--max-diagnostics=200', '.'];
  const run = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
  said = run.stdout + run.stderr;
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether the linter named this rule for this file. */
function isSaid(path: string, rule: string): boolean {
  return said.split('\n').some((line) => line.startsWith(`${path}:`) && line.includes(rule));
}

describe('the linter', () => {
  test.each(refused)('refuses in %s an import of %s', (path) => {
    expect(isSaid(path, 'noRestrictedImports')).toBe(true);
  });

  test.each(allowed)('allows in %s an import of %s', (path) => {
    expect(isSaid(path, 'noRestrictedImports')).toBe(false);
  });

  test('refuses a circle', () => {
    expect(circle.map(([path]) => isSaid(path, 'noImportCycles'))).toEqual([true, true]);
  });
});
