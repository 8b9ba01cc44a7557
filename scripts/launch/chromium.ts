import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, type BrowserContext, chromium as playwright } from 'playwright-core';

const systemPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The path of a Chromium, and the folder with libraries that the system lacks, if any. */
export interface FoundChromium {
  path: string;
  libraries?: string;
}

/**
 * Finds a Chromium: the one in `CHROMIUM_PATH`, else that of the npm package `@sparticuz/chromium`,
 * unpacked into `folder`, else the system's.
 *
 * @param folder an empty folder for this run only, since the package unpacks to a fixed name.
 */
export async function findChromium(folder: string): Promise<FoundChromium> {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    return { path: named };
  }
  const system = systemPaths.find((path) => existsSync(path));
  try {
    return await unpackChromium(folder);
  } catch (cause) {
    if (system) {
      return { path: system };
    }
    throw new Error('No Chromium: set CHROMIUM_PATH', { cause });
  }
}

/** Starts Chromium. */
export async function launchChromium(found: FoundChromium): Promise<Browser> {
  return await playwright.launch(launchOptions(found));
}

/**
 * Only a few arguments of our own: the package's defaults disable web security and run a single process,
 * with which a test of a security policy would prove nothing.
 */
function launchOptions({ path, libraries }: FoundChromium) {
  return {
    executablePath: path,
    args: ['--disable-gpu', '--font-render-hinting=none'],
    // The sandbox does not work as root, nor in containers without user namespaces.
    chromiumSandbox: false,
    env: { ...process.env, LD_LIBRARY_PATH: libraries ?? process.env.LD_LIBRARY_PATH },
  };
}

async function unpackChromium(folder: string): Promise<FoundChromium> {
  const previous = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    const { default: chromium } = await import('@sparticuz/chromium');
    const path = await chromium.executablePath();
    const { stdout } = await promisify(execFile)('ldd', [path]);
    // If the system lacks NSS, the package's copy is unpacked too.
    return stdout.includes('not found') ? { path, libraries: await unpackLibraries() } : { path };
  } finally {
    if (previous === undefined) {
      delete process.env.TMPDIR;
    } else {
      process.env.TMPDIR = previous;
    }
  }
}

async function unpackLibraries(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const root = dirname(dirname(dirname(entry)));
  const { inflate } = await import(join(root, 'build/esm/lambdafs.js'));
  return join(await inflate(join(root, 'bin/al2023.tar.br')), 'lib');
}

/** A browser whose profile is on disk, so that a test can inspect what it wrote. */
export interface Profile {
  context: BrowserContext;
  folder: string;
  close(): Promise<void>;
}

/** Starts Chromium with a new profile; the caller removes its folder. */
export async function launchProfile(
  found: FoundChromium,
  viewport: { width: number; height: number },
): Promise<Profile> {
  const folder = await mkdtemp(join(tmpdir(), 'varco-profile-'));
  const context = await playwright.launchPersistentContext(folder, {
    ...launchOptions(found),
    viewport,
  });
  return { context, folder, close: () => context.close() };
}
