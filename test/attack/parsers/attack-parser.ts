import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect } from 'vitest';
import { countAttacks } from '../../support/attack-counts.ts';
import type { ParserTargets } from './parser-target.ts';

/** An input takes microseconds, a picture milliseconds: longer than this is a hang, on any machine. */
const HANG_MS = 20_000;
const LOOK_MS = 500;
/** A parser that needs more memory for one input than this is no bounded one. */
const MEMORY_MAX_MB = 768;
/** A short run tries this share. */
const SHORT_SHARE = 1 / 40;

const isShort = process.env.VARCO_ATTACK !== 'long';
/** Another seed tries other inputs; what failed is tried again by the seed and the number that are printed. */
const seed = Number(process.env.VARCO_ATTACK_SEED ?? 20_261_130);

interface Tried {
  accepted: number;
  refused: number;
  crashes: string[];
  hangs: string[];
}

/** Attacks one parser with damaged inputs, in a thread that is watched; expects no crash and no hang. */
export async function attackParser(
  group: string,
  name: string,
  targets: ParserTargets,
): Promise<void> {
  const all = targets[name]?.inputs ?? 0;
  const inputs = isShort ? Math.max(20, Math.ceil(all * SHORT_SHARE)) : all;
  const { accepted, refused, crashes, hangs } = await tryInputs(group, name, inputs);
  countAttacks({ inputs, refused, crashes: crashes.length, hangs: hangs.length });
  const shown = [...hangs, ...crashes].filter((one) => one !== '').slice(0, 5);
  expect(shown, `seed ${seed}, ${name}`).toEqual([]);
  // A run that reaches only one of the two says nothing of the other.
  expect(Math.min(accepted, refused)).toBeGreaterThan(0);
}

function tryInputs(group: string, name: string, inputs: number): Promise<Tried> {
  const progress = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
  const worker = new Worker(entry(), {
    workerData: { group, name, seed, inputs, progress },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MAX_MB },
  });
  return new Promise((resolve) => {
    const end = (tried: Partial<Tried>) => {
      clearInterval(watch);
      resolve({ accepted: 0, refused: 0, crashes: [], hangs: [], ...tried });
      worker.terminate();
    };
    let last = -1;
    let since = performance.now();
    const watch = setInterval(() => {
      const now = Atomics.load(progress, 0);
      if (now !== last) {
        last = now;
        since = performance.now();
      } else if (performance.now() - since > HANG_MS) {
        end({ hangs: [`input ${now} hangs`] });
      }
    }, LOOK_MS);
    worker.once('message', (tried: Partial<Tried>) => end(tried));
    worker.once('error', (error) => {
      end({ crashes: [`input ${Atomics.load(progress, 0)} ended the thread: ${String(error)}`] });
    });
  });
}

/** The thread's program. On Node 20 a thread does not inherit the loader, so it registers its own. */
function entry(): URL {
  const loader = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs');
  const program = new URL('./parser.worker.ts', import.meta.url);
  const source = [
    `import { register } from ${JSON.stringify(pathToFileURL(loader).href)};`,
    'register();',
    `await import(${JSON.stringify(program.href)});`,
  ];
  return new URL(`data:text/javascript,${encodeURIComponent(source.join('\n'))}`);
}
