import { expect, test } from 'vitest';
import type { Block } from '../../../../server/registry/import-records.ts';
import { PreparePool } from '../../../../server/registry/prepare-threads.ts';
import { samplePopulation } from '../../../../server/registry/sample.ts';

const rows = [...samplePopulation({ persons: 20, seed: 1, privacyVersion: '2026-01' })];
const block = (): Block => ({
  bytes: new Uint8Array(Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))),
  linesBefore: 0,
});
/** What no reader gives: its memory begins beyond its end. */
const broken = () => ({ ...block(), bytes: { buffer: new ArrayBuffer(8), byteOffset: 99 } });
const today = '2026-11-29';

test('a thread prepares what this one would, and one that dies ends the import with its own code', async () => {
  const preparers = new PreparePool(1);
  const here = await Promise.all([1, 2, 3, 4].map(() => preparers.prepare(block(), today)));
  expect(here[0]?.people).toHaveLength(20);
  const [there, fault, behind] = await Promise.allSettled([
    preparers.prepare(block(), today),
    preparers.prepare(broken() as never, today),
    preparers.prepare(block(), today),
  ]);
  expect(there).toEqual({ status: 'fulfilled', value: here[0] });
  const failed = { status: 'rejected', reason: { code: 'importFailed' } };
  expect(fault).toMatchObject(failed);
  expect(behind).toMatchObject(failed);
  await expect(preparers.prepare(block(), today)).rejects.toMatchObject({ code: 'importFailed' });
  await preparers.close();
});
