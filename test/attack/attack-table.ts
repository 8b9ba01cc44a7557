import { existsSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { type AttackCounts, addCounts } from '../support/attack-counts.ts';
import { areas, ofAttack } from './areas.ts';

interface Row {
  area: string;
  files: number;
  tests: number;
  failed: number;
  counts: Required<AttackCounts>;
}

/** Prints what was tried, area by area; a run in which an area's file did not run is a failure. */
export default class AttackTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const isShort = process.argv.includes('short');
    const rows = Object.entries(areas)
      .map(([area, files]) => ({ area, files: isShort ? files.filter(ofAttack) : files }))
      .filter(({ files }) => files.length > 0)
      .map(({ area, files }) => rowOf(area, files, modules));
    const missing = Object.values(areas)
      .flat()
      .filter((file) => !existsSync(file));
    print([
      ['area', 'files', 'tests', 'inputs', 'refused', 'crashes', 'hangs', 'result'],
      ...rows.map(toCells),
      toCells(totalOf(rows)),
    ]);
    for (const file of missing) {
      console.log(`attack: there is no ${file}`);
      process.exitCode = 1;
    }
  }
}

function rowOf(area: string, files: readonly string[], modules: readonly TestModule[]): Row {
  const own = modules.filter(({ moduleId }) => files.some((file) => moduleId.endsWith(file)));
  const row: Row = {
    area,
    files: own.length,
    tests: 0,
    failed: 0,
    counts: addCounts({ inputs: 0 }, undefined),
  };
  for (const module of own) {
    row.failed += module.state() === 'failed' ? 1 : 0;
    for (const test of module.children.allTests()) {
      row.tests += 1;
      row.counts = addCounts(row.counts, test.meta().attack);
    }
  }
  return row;
}

function totalOf(rows: readonly Row[]): Row {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  return {
    area: 'all',
    files: sum(({ files }) => files),
    tests: sum(({ tests }) => tests),
    failed: sum(({ failed }) => failed),
    counts: rows.reduce(
      (counts, row) => addCounts(counts, row.counts),
      addCounts({ inputs: 0 }, undefined),
    ),
  };
}

function toCells({ area, files, tests, failed, counts }: Row): string[] {
  const result = failed > 0 ? 'FAILED' : tests === 0 ? 'not run' : 'held';
  const { inputs, refused, crashes, hangs } = counts;
  const numbers = [files, tests, inputs, refused, crashes, hangs];
  return [area, ...numbers.map((number) => number.toLocaleString('en')), result];
}

function print(lines: readonly string[][]): void {
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const row = (line: readonly string[]) =>
    line.map((cell, column) =>
      column === 0 ? cell.padEnd(widths?.[0] ?? 0) : cell.padStart(widths?.[column] ?? 0),
    );
  console.log(`\nAttacks\n${lines.map((line) => row(line).join('  ')).join('\n')}\n`);
}
