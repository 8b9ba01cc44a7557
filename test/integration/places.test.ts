import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { placeSource } from '../support/codice-fiscale/arbitrary.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'varco-places-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the script on the tree's source, or on another, without writing anything. */
function check(source?: unknown) {
  const file = join(folder, 'places.json');
  if (source !== undefined) {
    writeFileSync(file, JSON.stringify(source));
  }
  const words = ['--import', 'tsx', 'scripts/generate-places.ts', '--check'];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    source === undefined ? words : [...words, file],
    { cwd: root, encoding: 'utf8' },
  );
  return { status, lines: stdout.trim().split('\n'), stderr };
}

describe('scripts/generate-places.ts', () => {
  test('the tables in the tree are those of the source', () => {
    expect(check()).toMatchObject({
      status: 0,
      lines: ['10093 places, 0 differences, tables up to date'],
    });
  });

  test('what is new, gone and changed is shown', () => {
    const { A001: _gone, ...rest } = placeSource;
    const source = {
      ...rest,
      M439: [['2026-02-21', '9999-12-31']],
      M438: [['2024-01-22', '2026-06-30']],
    };
    expect(check(source)).toMatchObject({
      status: 1,
      lines: [
        '- A001 18661119-19241113 19241114-',
        '~ M438 20240122- → 20240122-20260630',
        '+ M439 20260221-',
        '10093 places, 3 differences, tables differ',
      ],
    });
  });

  test.each([
    { N001: [['2026-02-21', '9999-12-31']] },
    { H501: [['2026-02-21', '2025-12-31']] },
    { H501: [['21/02/2026', '9999-12-31']] },
  ])('a source that makes no sense is refused: %j', (source) => {
    expect(check(source).status).toBe(1);
    expect(check(source).stderr).toMatch(/N001|H501/);
  });
});
