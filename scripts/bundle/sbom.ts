import { findPackage, type Lock, type LockEntry, nameOf } from './lock.ts';

/** What a bill is made from. */
export interface SbomInput {
  /** The product: `varco-kiosk`, its version, its licence. */
  product: { name: string; version: string; license: string };
  lock: Lock;
  /** Paths in the lock of the packages that are in the install. */
  paths: readonly string[];
  /** Names of packages whose code was built into the pages, and which the install does not have apart. */
  builtIn: readonly string[];
  /** Licences of those whose lock entry names none, by name. */
  licences: Readonly<Record<string, string>>;
}

interface Component {
  type: 'library';
  'bom-ref': string;
  name: string;
  version: string;
  purl: string;
  scope: 'required' | 'optional';
  licenses: { license: { id: string } }[] | { expression: string }[];
  hashes: { alg: string; content: string }[];
  properties: { name: string; value: string }[];
}

/**
 * A bill of materials of one install, in CycloneDX 1.6 as JSON: every package with its version, licence, the
 * hash that the lock pins, and which needs which. It has no time and no serial number, so that the same
 * sources give the same bill. Pure.
 */
export function sbomOf({ product, lock, paths, builtIn, licences }: SbomInput) {
  const inPages = builtIn.map((name) => `node_modules/${name}`);
  const all = [...new Set([...paths, ...inPages])].sort();
  const refOf = (path: string) => purlOf(path, entryOf(lock, path));
  const components = all.map((path): Component => {
    const entry = entryOf(lock, path);
    const name = nameOf(path);
    return {
      type: 'library',
      'bom-ref': refOf(path),
      name,
      version: entry.version ?? '',
      purl: purlOf(path, entry),
      scope: entry.optional ? 'optional' : 'required',
      licenses: licenceOf(entry.license ?? licences[name] ?? ''),
      hashes: hashesOf(entry.integrity),
      properties: paths.includes(path) ? [] : [{ name: 'varco:builtIntoPages', value: 'true' }],
    };
  });
  const unique = [...new Map(components.map((one) => [one['bom-ref'], one])).values()];
  const known = new Set(unique.map((one) => one['bom-ref']));
  const productRef = `pkg:npm/${product.name}@${product.version}`;
  const needs = new Map<string, Set<string>>();
  for (const path of all) {
    const own = needs.get(refOf(path)) ?? new Set();
    for (const needed of neededBy(lock, path)
      .map(refOf)
      .filter((ref) => known.has(ref))) {
      own.add(needed);
    }
    needs.set(refOf(path), own);
  }
  return {
    bomFormat: 'CycloneDX' as const,
    specVersion: '1.6' as const,
    version: 1,
    metadata: {
      component: {
        type: 'application' as const,
        'bom-ref': productRef,
        name: product.name,
        version: product.version,
        licenses: licenceOf(product.license),
      },
    },
    components: unique,
    dependencies: [
      { ref: productRef, dependsOn: [...known].sort() },
      ...[...needs].map(([ref, own]) => ({ ref, dependsOn: [...own].sort() })),
    ],
  };
}

export type Sbom = ReturnType<typeof sbomOf>;

/** @throws RangeError when the lock does not have the package. */
function entryOf(lock: Lock, path: string): LockEntry {
  const entry = lock.packages[path];
  if (!entry) {
    throw new RangeError(`The lock has no ${path}`);
  }
  return entry;
}

/** The packages that one needs itself, from where Node finds them. */
function neededBy(lock: Lock, path: string): string[] {
  const { dependencies, optionalDependencies } = entryOf(lock, path);
  return Object.keys({ ...dependencies, ...optionalDependencies }).flatMap(
    (name) => findPackage(lock, name, path) ?? [],
  );
}

/** A package URL, by which databases of advisories name a package. */
function purlOf(path: string, { version = '' }: LockEntry): string {
  const name = nameOf(path);
  const [scope, bare] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const place = scope === undefined ? bare : `${encodeURIComponent(scope)}/${bare}`;
  return `pkg:npm/${place}@${encodeURIComponent(version)}`;
}

function licenceOf(license: string): Component['licenses'] {
  return /[ (]/.test(license) ? [{ expression: license }] : [{ license: { id: license } }];
}

/** The lock's `sha512-BASE64` as CycloneDX writes it. */
function hashesOf(integrity: string | undefined): Component['hashes'] {
  return (integrity ?? '')
    .split(' ')
    .flatMap((one) => (/^sha512-/.test(one) ? [one.slice('sha512-'.length)] : []))
    .map((base64) => ({ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }));
}
