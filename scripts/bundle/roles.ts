import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One production install: the commands it offers, and what it takes along beside their code. */
export interface Role {
  name: string;
  /** Its `main.ts`, from the root of the repository. */
  entry: string;
  /** Files and folders that the build makes for it, below dist/. */
  built: readonly string[];
  /** Where the programs of its pages start, from the root of the repository; a browser loads what they import. */
  pages: readonly string[];
  /** Packages of which the build puts style sheets or letters into its pages and papers. */
  styledBy: readonly string[];
  /** Files and folders of the repository that whoever installs it needs. */
  papers: readonly string[];
  /** Without Node itself, in bytes. */
  bytesMax: number;
}

const MB = 1_000_000;

function islands(): string[] {
  const folder = fileURLToPath(new URL('../../server/web', import.meta.url));
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.island\.tsx?$/.test(file))
    .map((file) => `server/web/${file.replaceAll('\\', '/')}`)
    .sort();
}

export const roles: readonly Role[] = [
  {
    name: 'kiosk',
    entry: 'scripts/varco/main-kiosk.ts',
    built: ['page/index.html', 'page/page.js', 'page/page.css'],
    pages: ['device/page/main.tsx'],
    styledBy: [],
    papers: [
      'LICENSE',
      'device/kiosk.example.json',
      'device/kiosk.enrolled.example.json',
      'hardware/install',
    ],
    bytesMax: 70 * MB,
  },
  {
    name: 'server',
    entry: 'scripts/varco/main-server.ts',
    built: ['web', 'fonts'],
    pages: islands(),
    styledBy: ['bootstrap-italia'],
    papers: [
      'LICENSE',
      'server/server.example.json',
      'server/server.fleet.example.json',
      'server/server.messages.example.json',
      'server/server.tls.example.json',
    ],
    bytesMax: 90 * MB,
  },
];
