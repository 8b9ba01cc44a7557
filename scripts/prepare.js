/**
 * Builds after `npm ci`, and does nothing after `npm ci --omit=dev`: without the development tools there is
 * nothing to build with, and dist/ is what somebody else built. Plain JavaScript, for it runs before there is
 * a TypeScript loader.
 */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const tools = ['tsx/cli', 'esbuild', 'typescript/package.json', 'bootstrap-italia/package.json'];
const { resolve } = createRequire(import.meta.url);

function missing() {
  return tools.filter((tool) => {
    try {
      resolve(tool);
      return false;
    } catch {
      return true;
    }
  });
}

if (missing().length === 0) {
  const build = fileURLToPath(new URL('build.ts', import.meta.url));
  process.exitCode =
    spawnSync(process.execPath, [resolve('tsx/cli'), build], { stdio: 'inherit' }).status ?? 1;
}
