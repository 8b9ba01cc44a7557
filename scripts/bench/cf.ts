import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { stdnum } from 'stdnum';
import { isValid } from '../../shared/codice-fiscale/check.ts';
import { parse } from '../../shared/codice-fiscale/parse.ts';
import { seededRandom } from '../sample/seeded-random.ts';
import { generateCodes } from './cf/cf-people.ts';
import { pressesOf } from './cf/presses.ts';
import type { BenchContext } from './harness/bench-context.ts';
import { atLeast, atMost } from './harness/goals.ts';
import { median } from './harness/median.ts';

const CODES = 10_000;
const ROUNDS = 9;
/** Least CPU time of one measurement, in microseconds. */
const ROUND_CPU_US = 120_000;
const MEGABYTE = 1_048_576;
const BUNDLE_BYTES_MAX = 12 * 1024;
const today = '2026-11-22';

const require = createRequire(import.meta.url);
const { CodiceFiscale: theirs }: { CodiceFiscale: { check(code: string): boolean } } =
  require('codice-fiscale-js');
const validator: { isTaxID(code: string, locale: string): boolean } = require('validator');

/** The codice fiscale: speed of checks by CPU time (medians of rounds), key presses, and bundle sizes. */
export async function run({ report }: BenchContext): Promise<void> {
  const source = new URL('../data/belfiore-places.json', import.meta.url);
  const places = Object.keys(JSON.parse(await readFile(source, 'utf8')));
  const codes = generateCodes(CODES, places, 20_261_122);
  // Real codes are flat strings, read from a wire or a file; JSON flattens the concatenated ones.
  reportSpeeds(report, JSON.parse(JSON.stringify(withMistakes(codes))));
  reportLength(report);
  reportPresses(report, codes);
  await reportSizes(report);
}

/** The codes, with one character changed in every fourth. */
function withMistakes(codes: string[]): string[] {
  const random = seededRandom(7);
  return codes.map((code, at) => {
    const position = Math.floor(random() * 16);
    const character = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.charAt(Math.floor(random() * 36));
    return at % 4 === 0 ? code.slice(0, position) + character + code.slice(position + 1) : code;
  });
}

/** Codes per second of CPU time: checks all codes repeatedly until there is enough time to measure. */
function measure(check: (code: string) => boolean, codes: string[]): number {
  let done = 0;
  let valid = 0;
  let used = 0;
  const start = process.cpuUsage();
  while (used < ROUND_CPU_US) {
    for (const code of codes) {
      valid += check(code) ? 1 : 0;
    }
    done += codes.length;
    const { user, system } = process.cpuUsage(start);
    used = user + system;
  }
  if (valid === 0) {
    throw new Error('A check that accepts nothing measures nothing');
  }
  return (done / used) * 1e6;
}

function reportSpeeds(report: BenchContext['report'], codes: string[]): void {
  const subjects: Record<string, (code: string) => boolean> = {
    check: (code) => isValid(code),
    parse: (code) => parse(code, { today }).ok,
    'codice-fiscale-js check': (code) => theirs.check(code),
    'validator isTaxID': (code) => validator.isTaxID(code, 'it-IT'),
    'stdnum validate': (code) => stdnum.IT?.codicefiscale?.validate(code).isValid ?? false,
  };
  const speeds = new Map<string, number[]>(Object.keys(subjects).map((name) => [name, []]));
  // The subjects take turns, so that a busy machine slows all of them alike.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, check] of Object.entries(subjects)) {
      const speed = measure(check, codes);
      if (round > 0) {
        speeds.get(name)?.push(speed);
      }
    }
  }
  const speedOf = (name: string) => median(speeds.get(name) ?? []);
  const compare = (metric: string, ours: string, baseline: string, goal?: number) => {
    const ratio = speedOf(ours) / speedOf(baseline);
    report({
      metric,
      value: speedOf(ours),
      unit: 'codes/s',
      baseline,
      baselineValue: speedOf(baseline),
      ratio,
      ...atLeast(ratio, goal, `≥ ${goal}×`),
    });
  };
  compare('bare check', 'check', 'codice-fiscale-js check', 5);
  compare('bare check', 'check', 'stdnum validate');
  compare('full parse', 'parse', 'validator isTaxID', 1);
  compare('full parse', 'parse', 'codice-fiscale-js check');
  compare('full parse', 'parse', 'stdnum validate');
}

/** The time for a megabyte against four times that for a quarter of it: 1 means linear. */
function reportLength(report: BenchContext['report']): void {
  const cpuOf = (characters: number, times: number) => {
    const input: string = JSON.parse(JSON.stringify('RSS MRA '.repeat(characters / 8)));
    const rounds = Array.from({ length: ROUNDS }, () => {
      const start = process.cpuUsage();
      for (let time = 0; time < times; time++) {
        parse(input, { today });
      }
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000 / times;
    });
    return median(rounds);
  };
  const quarter = cpuOf(MEGABYTE / 4, 8);
  const whole = cpuOf(MEGABYTE, 2);
  report({
    metric: 'parse of 1 MB',
    value: whole,
    unit: 'ms',
    baseline: '4 × 256 kB',
    baselineValue: quarter * 4,
    ratio: whole / (quarter * 4),
  });
}

function reportPresses(report: BenchContext['report'], codes: string[]): void {
  for (const [method, goal] of [
    ['keyIndex', 25],
    ['multiTap', 27.2],
  ] as const) {
    const counts = codes.map((code) => pressesOf(method, code).length);
    const mean = counts.reduce((one, other) => one + other) / counts.length;
    report({
      metric: `presses a code, ${method}, mean`,
      value: mean,
      unit: 'presses',
      ...atMost(mean, goal),
    });
    const most = counts.reduce((one, other) => Math.max(one, other));
    report({ metric: `presses a code, ${method}, most`, value: most, unit: 'presses' });
  }
}

/** What a browser loads, minified and compressed: the core alone, and with all that the page uses. */
async function reportSizes(report: BenchContext['report']): Promise<void> {
  const bytesOf = async (modules: string[]) => {
    const result = await build({
      stdin: {
        contents: modules.map((each) => `export * from './${each}.ts';`).join('\n'),
        resolveDir: new URL('../../shared/codice-fiscale', import.meta.url).pathname,
      },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      write: false,
    });
    return gzipSync(result.outputFiles[0]?.contents ?? '', { level: 9 }).length;
  };
  const core = await bytesOf(['parse', 'check']);
  report({
    metric: 'core with the places, gzip',
    value: core,
    unit: 'bytes',
    ...atMost(core, BUNDLE_BYTES_MAX),
  });
  const all = [
    'parse',
    'check',
    'problem-message',
    'words/it',
    'suggest',
    'tessera-sanitaria',
    'expect',
  ];
  report({
    metric: 'core, messages in one language, suggestions, card, entry, gzip',
    value: await bytesOf(all),
    unit: 'bytes',
  });
}
