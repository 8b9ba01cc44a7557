import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { include } = JSON.parse(readFileSync(`${root}scripts/tsconfig.build.json`, 'utf8')) as {
  include: string[];
};

test('what is started by its name, and declarations of our own, are in the build', () => {
  const missing = ['shared', 'hardware', 'device', 'server'].flatMap((top) =>
    readdirSync(`${root}${top}`, { recursive: true, encoding: 'utf8' })
      .flatMap((file) => /\.(worker\.ts|d\.ts)$/.exec(file)?.[1] ?? [])
      .map((kind) => `../${top}/**/*.${kind}`)
      .filter((pattern) => !include.includes(pattern)),
  );
  expect(missing).toEqual([]);
});
