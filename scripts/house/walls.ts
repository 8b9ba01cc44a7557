import { specifiersOf } from './import-graph.ts';
import type { SourceFile } from './source-files.ts';

/** What the files of a place may import of ours, and of packages. The first wall that fits a file holds. */
interface Wall {
  /** Such as `device/session/`, or one file. */
  of: string;
  /** Prefixes of paths of ours. */
  ours: readonly string[];
  /** The packages and `node:` modules; absent: any. */
  packages?: readonly string[];
  why: string;
}

const walls: readonly Wall[] = [
  {
    of: 'shared/',
    ours: ['shared/'],
    packages: ['zod', 'cborg', '@scure/base'],
    why: 'shared is the vocabulary of both ends: pure, and it imports nothing else of ours',
  },
  {
    of: 'hardware/',
    ours: ['hardware/', 'shared/'],
    why: 'a driver knows its port, not who uses it',
  },
  {
    of: 'device/main.ts',
    ours: ['device/', 'shared/', 'hardware/ports.ts', 'hardware/open.ts'],
    why: 'device/main.ts opens the hardware through hardware/open.ts',
  },
  {
    of: 'device/session/',
    ours: ['device/session/', 'shared/', 'hardware/ports.ts'],
    packages: ['zod'],
    why: 'the session is a pure step: state and event in, state and effects out',
  },
  {
    of: 'device/',
    ours: ['device/', 'shared/', 'hardware/ports.ts'],
    why: 'device knows the ports alone, and never the server',
  },
  {
    of: 'server/',
    ours: ['server/', 'shared/'],
    why: 'server and device meet only in shared',
  },
  { of: 'scripts/', ours: ['scripts/', 'shared/', 'hardware/', 'device/', 'server/'], why: '' },
];

export interface Breach {
  from: string;
  to: string;
  why: string;
}

/** Every import through a wall, type imports included. */
export function breachesOf(files: readonly SourceFile[]): Breach[] {
  return files.flatMap((file) => {
    const wall = walls.find(({ of }) => file.path.startsWith(of));
    return wall === undefined
      ? []
      : specifiersOf(file)
          .filter((name) => !isAllowed(wall, file.path, name))
          .map((to) => ({ from: file.path, to, why: wall.why }));
  });
}

function isAllowed({ ours, packages }: Wall, path: string, specifier: string): boolean {
  if (!specifier.startsWith('.')) {
    return packages === undefined || packages.includes(specifier);
  }
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  return ours.some((prefix) => target.startsWith(prefix));
}
