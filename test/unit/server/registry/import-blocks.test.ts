import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CutBlock, cutBlocks } from '../../../../server/registry/import-blocks.ts';
import { recordsOf } from '../../../../server/registry/import-records.ts';

async function cut(
  chunks: readonly (string | Buffer)[],
  format: 'ndjson' | 'csv',
  linesDone = 0,
): Promise<CutBlock[]> {
  async function* input() {
    yield* chunks.map((chunk) => Buffer.from(chunk));
  }
  const blocks: CutBlock[] = [];
  for await (const block of cutBlocks(input(), format, linesDone)) {
    blocks.push(block);
  }
  return blocks;
}

function chunksOf(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text);
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

const header = 'codiceFiscale,name,birthDate\r\n';
const quoted = (index: number) => `C${index},"née ""x"",\r\nof ${index}",2000-01-01\r\n`;
const plain = (index: number) => `C${index},x,2000-01-01\r\n`;
const csv = Array.from({ length: 9000 }, (_, at) => (at % 3 ? plain(at) : quoted(at)));
const text = `\uFEFF${header}${csv.join('')}`;

test.each([1_000_000, 65_536, 4099, 97])('CSV in chunks of %i bytes comes whole', async (size) => {
  const blocks = await cut(chunksOf(text, size), 'csv');
  expect(blocks.length).toBeGreaterThan(size > 500_000 ? 0 : 1);
  const records = blocks.flatMap((block) => recordsOf(block));
  expect(records).toHaveLength(9000);
  expect(records[3]?.record).toEqual({
    codiceFiscale: 'C3',
    name: 'née "x",\r\nof 3',
    birthDate: '2000-01-01',
  });
  expect(blocks.at(-1)).toMatchObject({
    linesRead: 1 + 9000 + 3000,
    bytesRead: Buffer.byteLength(text),
  });
});

test('what was read before is passed over, from every end of a block', async () => {
  const all = await cut(chunksOf(text, 4099), 'csv');
  const records = all.map((block) => recordsOf(block).length);
  for (const [index, { linesRead }] of all.entries()) {
    const rest = await cut(chunksOf(text, 4099), 'csv', linesRead);
    const count = rest.flatMap((block) => recordsOf(block)).length;
    expect(count).toBe(records.slice(index + 1).reduce((sum, one) => sum + one, 0));
  }
});

test('NDJSON: any lines, any chunks', async () => {
  const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(
      lines,
      fc.integer({ min: 1, max: 9 }),
      fc.nat(25),
      async (some, size, done) => {
        const given = some.map((line) => JSON.stringify(line)).join('\n');
        const blocks = await cut(chunksOf(given, size), 'ndjson', done);
        const records = blocks.flatMap((block) => recordsOf(block)).map(({ record }) => record);
        expect(records).toEqual(some.slice(done));
      },
    ),
  );
});

test('carriage returns alone, and a header alone', async () => {
  const [one] = await cut(['codiceFiscale,name,birthDate\rA,b,c\rD,e,f'], 'csv');
  expect(one && recordsOf(one)).toHaveLength(2);
  expect(await cut(['codiceFiscale,name,birthDate'], 'csv')).toEqual([]);
  expect(await cut([], 'csv')).toEqual([]);
  expect(await cut(['\uFEFF'], 'ndjson')).toEqual([]);
});

test('what is whole is given before a record that never ends', async () => {
  const blocks: CutBlock[] = [];
  const read = async () => {
    async function* input() {
      yield Buffer.from('{}\n{}\n');
      yield Buffer.alloc(200_000, 0x78);
    }
    for await (const block of cutBlocks(input(), 'ndjson', 0)) {
      blocks.push(block);
    }
  };
  await expect(read()).rejects.toMatchObject({
    code: 'importUnreadable',
    message: 'Line 3 is too long for a record',
  });
  expect(blocks).toMatchObject([{ linesBefore: 0, linesRead: 2 }]);
});
