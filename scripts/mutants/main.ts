/**
 * `npm run mutants [-- WORD …]`: changes one line of product code at a time, in a copy, and runs the
 * nearest tests, which must fail. Prints each survivor and ends with 1 if there is one. With words, only
 * the mutants whose file or description has one of them.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { allMutants } from './all-mutants.ts';
import type { Mutant } from './mutant.ts';
import { type Fate, Workshop } from './workshop.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const words = process.argv.slice(2);
if (words.includes('--help')) {
  process.stdout.write('usage: npm run mutants [-- WORD …]\n');
  process.exit(0);
}
const chosen = allMutants.filter(
  ({ file, what }) =>
    words.length === 0 || words.some((word) => file.includes(word) || what.includes(word)),
);
const print = (line: string) => process.stdout.write(`${line}\n`);
const fates: { mutant: Mutant; fate: Fate }[] = [];
const waiting = [...chosen];
const shops = await Promise.all(
  Array.from({ length: Math.min(availableParallelism(), 4) }, () => Workshop.open(root)),
);

async function work(shop: Workshop): Promise<void> {
  for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
    const fate = await shop.try(mutant);
    fates.push({ mutant, fate });
    print(`${String(fates.length).padStart(3)} ${fate.padEnd(9)} ${mutant.file}: ${mutant.what}`);
  }
}

async function checkHealthy(shop: Workshop): Promise<boolean> {
  const tests = [...new Set(chosen.flatMap((mutant) => mutant.tests))];
  const result = await shop.run(tests);
  if (result !== 'passed') {
    print(`the tests do not pass without a mutant (${result}); the rest says nothing`);
  }
  return result === 'passed';
}

let isGood = chosen.length > 0;
try {
  isGood &&= await checkHealthy(shops[0] ?? (await Workshop.open(root)));
  if (isGood) {
    await Promise.all(shops.map(work));
  }
} finally {
  await Promise.all(shops.map((shop) => shop.close()));
}
const survivors = fates.filter(({ fate }) => fate !== 'killed');
for (const { mutant, fate } of survivors) {
  print(`\n${fate}: ${mutant.file}: ${mutant.what}`);
  print(`  - ${mutant.find.trim()}\n  + ${mutant.replace.trim()}\n  ${mutant.tests.join(' ')}`);
}
print(`\n${fates.length - survivors.length} of ${chosen.length} mutants killed`);
process.exitCode = isGood && survivors.length === 0 ? 0 : 1;
