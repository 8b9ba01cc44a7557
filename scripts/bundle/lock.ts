/** One package of `package-lock.json`; `packages['']` is the project itself. */
export interface LockEntry {
  version?: string;
  /** An SPDX expression; a few packages name none. */
  license?: string;
  /** Hashes of the archive, such as `sha512-BASE64`. */
  integrity?: string;
  /** Where its archive comes from, if not from the registry. */
  resolved?: string;
  /** Only for development. */
  dev?: boolean;
  /** May be absent from an install, such as another machine's binary. */
  optional?: boolean;
  /** Runs a program of its own when it is installed. */
  hasInstallScript?: boolean;
  dependencies?: Readonly<Record<string, string>>;
  optionalDependencies?: Readonly<Record<string, string>>;
  peerDependencies?: Readonly<Record<string, string>>;
  peerDependenciesMeta?: Readonly<Record<string, { optional?: boolean }>>;
}

export interface Lock {
  packages: Readonly<Record<string, LockEntry>>;
}

/** The manifest's parts that an install depends on. */
export interface Manifest {
  name: string;
  version: string;
  license: string;
  engines: Readonly<Record<string, string>>;
  dependencies: Readonly<Record<string, string>>;
  overrides?: Readonly<Record<string, string>>;
  allowScripts?: Readonly<Record<string, boolean>>;
}

/**
 * Where Node finds a package: in the asker's own node_modules, or in one above it.
 *
 * @returns its path in the lock, such as `node_modules/a/node_modules/b`; `undefined`: not installed.
 */
export function findPackage(lock: Lock, name: string, from: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (lock.packages[path]) {
      return path;
    }
    if (at === '') {
      return undefined;
    }
  }
}

/**
 * The packages that these need, and those that they need in turn.
 *
 * @param ignored names that are not followed
 * @returns paths in the lock, sorted
 */
export function closureOf(
  lock: Lock,
  names: Iterable<string>,
  ignored: (name: string) => boolean = () => false,
): string[] {
  const found = new Set<string>();
  const waiting = [...names].map((name) => ({ name, from: '' }));
  for (let one = waiting.pop(); one; one = waiting.pop()) {
    const path = ignored(one.name) ? undefined : findPackage(lock, one.name, one.from);
    if (path !== undefined && !found.has(path)) {
      found.add(path);
      for (const name of needsOf(lock.packages[path] ?? {})) {
        waiting.push({ name, from: path });
      }
    }
  }
  return [...found].sort();
}

function needsOf(entry: LockEntry): string[] {
  const peers = Object.keys(entry.peerDependencies ?? {}).filter(
    (name) => !entry.peerDependenciesMeta?.[name]?.optional,
  );
  const own = Object.keys({ ...entry.dependencies, ...entry.optionalDependencies });
  return [...own, ...peers];
}

/** A role's own `package.json`, each direct package at the very version that the repository was tested with. */
export function manifestOf(role: string, project: Manifest, lock: Lock, names: readonly string[]) {
  const closure = new Set(closureOf(lock, names).map(nameOf));
  const direct = Object.fromEntries(
    names.map((name) => [name, lock.packages[`node_modules/${name}`]?.version ?? '']),
  );
  const { version, license, engines, overrides = {}, allowScripts = {} } = project;
  return {
    name: `${project.name}-${role}`,
    version,
    license,
    private: true,
    type: 'module',
    engines,
    bin: { varco: 'dist/scripts/varco/main.js' },
    dependencies: direct,
    overrides: pick(overrides, (name, value) => closure.has(name) && isKnown(value, direct)),
    allowScripts: pick(allowScripts, (name) => closure.has(name)),
  };
}

/** The lock of that manifest, for every platform, so that `npm ci` there installs the same files. */
export function lockOf(manifest: ReturnType<typeof manifestOf>, lock: Lock) {
  const paths = closureOf(lock, Object.keys(manifest.dependencies));
  const { name, version, license, engines, bin, dependencies } = manifest;
  return {
    name,
    version,
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name, version, license, engines, bin, dependencies },
      ...Object.fromEntries(paths.map((path) => [path, lock.packages[path]])),
    },
  };
}

/** `node_modules/a/node_modules/@b/c` → `@b/c`. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** npm's `$name` stands for the direct dependency's own version. */
function isKnown(value: string, direct: Readonly<Record<string, string>>): boolean {
  return !value.startsWith('$') || Object.hasOwn(direct, value.slice(1));
}

function pick<Value>(
  from: Readonly<Record<string, Value>>,
  wanted: (name: string, value: Value) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(from).filter(([name, value]) => wanted(name, value)));
}
