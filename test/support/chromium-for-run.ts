import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildPages } from '../../scripts/build-pages.ts';
import { type FoundChromium, findChromium } from '../../scripts/launch/chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    chromium: FoundChromium;
  }
}

/** Builds the pages, and finds or unpacks Chromium once for all browser tests. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildPages();
  const folder = await mkdtemp(join(tmpdir(), 'varco-chromium-'));
  project.provide('chromium', await findChromium(folder));
  return () => rm(folder, { recursive: true, force: true });
}
