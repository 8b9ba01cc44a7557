import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { kioskConfigSchema } from '../../../device/config.ts';
import { layeredSession } from '../../../device/remote/config/layered-session.ts';
import { LastBootFile } from '../../../device/verdict/last-boot.ts';
import { safePath } from '../../../server/login/request-session.ts';
import { shippedPolicies } from '../../../server/policies/policies.ts';
import { importColumns } from '../../../server/registry/columns.ts';
import { cutBlocks } from '../../../server/registry/import-blocks.ts';
import { statusOn } from '../../../server/registry/person-status.ts';
import { prepareBlock } from '../../../server/registry/prepare.ts';
import { samplePopulation } from '../../../server/registry/sample.ts';
import { parseServerConfig } from '../../../server/server-config.ts';
import { decide } from '../../../server/verification/decide.ts';
import { VarcoError } from '../../../shared/errors.ts';
import { policySchema } from '../../../shared/policy.ts';
import { mutateBytes, mutateJson, mutateText, type Random } from './mutator.ts';
import {
  type Attempt,
  must,
  type Outcome,
  type ParserTargets,
  refusing,
  refusingLater,
} from './parser-target.ts';

const { pathname } = new URL('../../../', import.meta.url);
const readJson = (path: string): unknown => JSON.parse(readFileSync(join(pathname, path), 'utf8'));
const took = (value: unknown): Outcome => (value ? 'accepted' : 'refused');

const rows = [...samplePopulation({ persons: 12, seed: 7, privacyVersion: '2026-01' })];
const ndjson = rows.map((row) => JSON.stringify(row)).join('\n');
const csv = [
  importColumns.join(','),
  ...rows.map((row) => importColumns.map((column) => cell(row[column])).join(',')),
].join('\r\n');
/** Half of the reading is CSV's own machine: quotes. */
const files = { ndjson: [ndjson], csv: [csv, csv.replaceAll(/,([^,\r\n]+)/g, ',"$1"')] };
const DAY = '2026-11-22';
const NOW = new Date(`${DAY}T12:00:00Z`);

const serverConfigs = ['server', 'server.fleet', 'server.messages', 'server.tls'].map((name) =>
  readJson(`server/${name}.example.json`),
);
const kioskConfigs = ['kiosk', 'kiosk.enrolled'].map((name) =>
  readJson(`device/${name}.example.json`),
);
const remote = [
  { mode: 'desk', language: 'de', entryMs: 60_000, warningMs: 20_000, answerMs: 3_000, volume: 80 },
  {
    receipt: 'none',
    voice: 'headset',
    controller: 'Museo',
    outOfServiceMessage: 'Torniamo',
    statusEveryMs: 5_000,
  },
];
const boot = {
  hosts: ['varco.example.it'],
  credentialKeys: [{ keyId: '0a1b2c3d', publicKey: Buffer.alloc(32, 7).toString('base64url') }],
  gate: { name: 'Ingresso', policy: 'dm507-art4' },
  serverTime: 1_790_000_000_000,
};

/** What is read from files: imports, configs, policies, and what a kiosk keeps on its own disk. */
export const targets: ParserTargets = {
  'an import, NDJSON': { inputs: 12_000, open: () => (random) => imported(random, 'ndjson') },
  'an import, CSV': { inputs: 12_000, open: () => (random) => imported(random, 'csv') },
  'a server’s config': {
    inputs: 60_000,
    open: () => (random) => {
      const input = mutateJson(random, serverConfigs);
      return { input, parse: () => refusing(() => parseServerConfig(input)) };
    },
  },
  'a kiosk’s config': {
    inputs: 60_000,
    open: () => (random) => {
      const input = mutateJson(random, kioskConfigs);
      return { input, parse: () => took(kioskConfigSchema.safeParse(input).success) };
    },
  },
  'a config from the server, over the kiosk’s own': {
    inputs: 60_000,
    open: () => {
      const { session, offline } = kioskConfigSchema.parse(kioskConfigs[0]);
      return (random) => {
        const input = mutateJson(random, remote);
        return { input, parse: () => took(layeredSession(session, input, offline).ok) };
      };
    },
  },
  'a policy, and a decision by it': {
    inputs: 60_000,
    open: () => {
      const policies = shippedPolicies();
      const status = statusOn([], DAY);
      return (random) => {
        const input = mutateJson(random, policies);
        return {
          input,
          // Rules that go round in a circle, or name one that is not there, are refused in the plan.
          parse: () =>
            refusing(() => {
              const policy = policySchema.safeParse(input);
              if (!policy.success) {
                throw new VarcoError('policyInvalid', 'No policy');
              }
              decide({ kind: 'known', status, cardValid: true }, policy.data, NOW);
            }),
        };
      };
    },
  },
  'the last boot on a kiosk’s disk': {
    inputs: 2_500,
    open: () => {
      const folder = mkdtempSync(join(tmpdir(), 'varco-attack-'));
      process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
      const file = new LastBootFile(folder, { info: () => undefined, warn: () => undefined });
      const samples = [new TextEncoder().encode(JSON.stringify(boot))];
      return (random) => {
        const input = mutateBytes(random, samples);
        return {
          input,
          parse: async () => {
            writeFileSync(join(folder, 'boot.json'), input);
            return took(await file.read());
          },
        };
      };
    },
  },
  'a path to return to': {
    inputs: 60_000,
    open: () => (random) => {
      const input = mutateText(
        random,
        ['/fleet', '/portale?x=1', '/a/b%2f..'],
        ['//', '/\\', 'https:'],
      );
      return {
        input,
        parse: () => {
          const path = safePath(input);
          const origin = 'https://varco.example.it';
          must(path === undefined || new URL(path, origin).origin === origin, 'another origin');
          return took(path);
        },
      };
    },
  },
};

function cell(value: unknown): string {
  return Array.isArray(value) ? value.join(' ') : value === undefined ? '' : String(value);
}

function imported(random: Random, format: 'ndjson' | 'csv'): Attempt {
  const input = mutateText(random, files[format], [
    '\n',
    '"',
    '""',
    ',',
    '\r',
    '{"codiceFiscale":',
  ]);
  return {
    input,
    parse: () =>
      refusingLater(async () => {
        let taken = 0;
        for await (const block of cutBlocks(Readable.from([Buffer.from(input)]), format, 0)) {
          const { people, unreadable } = prepareBlock(block, DAY);
          taken += unreadable === undefined ? people.length : 0;
        }
        if (taken === 0) {
          throw new VarcoError('importUnreadable', 'Nothing of the file was taken');
        }
      }),
  };
}
