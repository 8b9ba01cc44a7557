import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { sourceFiles } from '../../../scripts/house/source-files.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const product = sourceFiles(root).filter(({ path }) =>
  /^(shared|hardware|device|server|scripts\/varco)\//.test(path),
);

/** What our own code never does, and the few places that do it for a reason: all of them. */
const rules: readonly (readonly [what: string, pattern: RegExp, allowed: readonly string[]])[] = [
  ['runs a text as a program', /\beval\(|new Function\(|node:vm\b/, []],
  [
    'starts a program through a shell',
    /shell: (true|')|\bexecSync\(|import \{[^}]*\bexec\b[^}]*\} from 'node:child_process'/,
    [],
  ],
  [
    'puts a text into a page as HTML',
    /dangerouslySetInnerHTML|\.innerHTML\s*=[^=]|insertAdjacentHTML|document\.write/,
    [],
  ],
  [
    'makes a pattern of a text that came in',
    /new RegExp\(/,
    // Of a name that the file itself holds.
    ['device/remote/telemetry/machine-sample.ts'],
  ],
  ['hashes by MD5 or SHA-1', /create(Hash|Hmac)\('(md5|sha-?1)'/i, []],
  ['encrypts by anything but AES-256-GCM', /create(C|Dec)ipheriv\('(?!aes-256-gcm')/, []],
  [
    'takes a TLS peer without its certificate',
    /rejectUnauthorized: false|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity: \(\)/,
    // As a server, which judges a client's certificate by itself, after the handshake.
    ['server/login/card/client-certificate-listener.ts', 'server/tls.ts'],
  ],
  ['lets a page of another site read an answer', /access-control-allow-origin/i, []],
  ['keeps anything in a browser’s storage', /\b(local|session)Storage\b|indexedDB/, []],
];

test.each(rules)('nothing of ours %s', (_what, pattern, allowed) => {
  const found = product.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
  expect(found.sort()).toEqual([...allowed].sort());
});

test.each([
  ["const run = eval('1');", 0],
  ["import { exec, spawn } from 'node:child_process';", 1],
  ['place.innerHTML = name;', 2],
  ["createHash('sha1')", 4],
  ["createCipheriv('aes-128-cbc', key, iv)", 5],
])('the rules see %s', (text, rule) => {
  expect(rules[rule]?.[1].test(text)).toBe(true);
});

test('commands print by one function, which lets nothing act on the terminal', () => {
  const printing = product.filter(
    ({ path, text }) => path.startsWith('scripts/varco/') && text.includes('process.stdout.write('),
  );
  // A made-up population goes out as JSON, as fast as it is taken.
  expect(printing.map(({ path }) => path)).toEqual([
    'scripts/varco/print-line.ts',
    'scripts/varco/registry-command.ts',
  ]);
});

test('every request that leaves names what it does with a redirection', () => {
  const leaving = product.filter(({ text }) => /\bfetch\((?!undefined|have)/.test(text));
  const loose = leaving.filter(
    ({ path, text }) => !/redirect: '(error|manual)'/.test(text) && !path.startsWith('server/web/'),
  );
  expect(loose.map(({ path }) => path)).toEqual([]);
  expect(leaving.length).toBeGreaterThan(3);
});
