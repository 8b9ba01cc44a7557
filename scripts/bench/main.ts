/**
 * `npm run bench -- NAME [--json]`: measures one part of the system. Figures are ratios to a baseline
 * of the same run wherever there is one, since machines are noisy.
 */
import { readdir } from 'node:fs/promises';
import type { BenchContext, BenchRow } from './harness/bench-context.ts';

const own = ['main.ts'];

async function benchNames(): Promise<string[]> {
  const files = await readdir(new URL('.', import.meta.url));
  const benches = files.filter((file) => file.endsWith('.ts') && !own.includes(file));
  return benches.map((file) => file.slice(0, -'.ts'.length)).sort();
}

function formatRow(row: BenchRow): string {
  const parts = [`${row.metric}: ${round(row.value)} ${row.unit}`];
  if (row.baseline !== undefined && row.baselineValue !== undefined) {
    parts.push(`${row.baseline}: ${round(row.baselineValue)} ${row.unit}`);
  }
  if (row.ratio !== undefined) {
    parts.push(`ratio ${round(row.ratio)}`);
  }
  if (row.goal !== undefined) {
    parts.push(`goal ${row.goal}${row.met === undefined ? '' : row.met ? ' (met)' : ' (MISSED)'}`);
  }
  return parts.join(' · ');
}

function round(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString('en');
}

const words = process.argv.slice(2);
const json = words.includes('--json');
const [name, ...args] = words.filter((word) => word !== '--json');
const names = await benchNames();
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`usage: npm run bench -- NAME [--json]\nbenches: ${names.join(', ')}\n`);
  process.exit(2);
}
const bench: { run(context: BenchContext): Promise<void> } = await import(`./${name}.ts`);
await bench.run({
  args,
  report: (row) =>
    process.stdout.write(`${json ? JSON.stringify({ bench: name, ...row }) : formatRow(row)}\n`),
});
