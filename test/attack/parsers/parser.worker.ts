import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { randomOf } from './mutator.ts';
import type { Outcome, ParserTargets } from './parser-target.ts';

const { group, name, seed, inputs, progress } = workerData as {
  group: string;
  name: string;
  seed: number;
  inputs: number;
  /** The number of the input that is being parsed, for whoever watches. */
  progress: Int32Array;
};
const module = (await import(`./${group}-targets.ts`)) as { targets: ParserTargets };
const target = module.targets[name];
if (!target) {
  throw new Error(`There is no target ${name} in ${group}`);
}
const makeAttempt = await target.open();
const counts: Record<Outcome, number> = { accepted: 0, refused: 0 };
const crashes: string[] = [];
for (let index = 0; index < inputs; index++) {
  Atomics.store(progress, 0, index);
  const attempt = makeAttempt(randomOf(seed, index));
  try {
    const outcome = attempt.parse();
    counts[outcome instanceof Promise ? await outcome : outcome] += 1;
  } catch (error) {
    if (crashes.length < 5) {
      const input = inspect(attempt.input, { maxStringLength: 400, maxArrayLength: 60, depth: 6 });
      crashes.push(`input ${index}: ${inspect(error)}\n${input}`);
    } else {
      crashes.push('');
    }
  }
}
parentPort?.postMessage({ ...counts, crashes });
