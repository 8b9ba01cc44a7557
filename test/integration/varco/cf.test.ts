import { readFileSync } from 'node:fs';
import { PassThrough, Readable, Writable } from 'node:stream';
import { CommanderError } from 'commander';
import { afterEach, describe, expect, test } from 'vitest';
import { cfCommand } from '../../../scripts/varco/cf-command.ts';

interface Verdict {
  input: string;
  valid: boolean;
  code: string | null;
  problems: { code: string; positions: number[]; message: string }[];
  warnings: { code: string; message: string }[];
  suggestions: { code: string }[];
}

const file = new URL('../../support/codice-fiscale/vectors.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as {
  cf: string;
  valid: boolean;
  soft?: boolean;
}[];

const today = ['--today', '2026-11-22'];

afterEach(() => {
  process.exitCode = undefined;
});

/** Runs the command on a text and gives what it printed and its exit code. */
async function run(words: string[], input: Readable | string = '') {
  const pieces: Buffer[] = [];
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      pieces.push(chunk);
      done();
    },
  });
  const readable = typeof input === 'string' ? Readable.from([Buffer.from(input)]) : input;
  await cfCommand({ input: readable, output })
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parseAsync(words, { from: 'user' });
  const text = Buffer.concat(pieces).toString();
  return { text, lines: text.split('\n').slice(0, -1), exitCode: process.exitCode ?? 0 };
}

const verdicts = (lines: string[]) => lines.map((line) => JSON.parse(line) as Verdict);

describe('varco cf', () => {
  test('the right verdict for every row of the vectors, in order', async () => {
    // A line feed ends a line: it can't be part of one.
    const rows = vectors.map((row) => ({ ...row, cf: row.cf.replace(/\n$/, '') }));
    const input = rows.map((row) => `${row.cf}\n`).join('');
    const { lines, exitCode } = await run(['--json', ...today], input);
    expect(verdicts(lines).map(({ input, valid }) => [input, valid])).toEqual(
      rows.map((row) => [row.cf, row.valid || row.soft === true]),
    );
    expect(exitCode).toBe(1);
  });

  test('one object a line, with all that is known', async () => {
    const { lines, exitCode } = await run(
      ['--json', ...today, '--language', 'it'],
      'RSSMRA8OA01H501U\nrssmra80a01h501u',
    );
    const [wrong, right] = verdicts(lines);
    expect(wrong).toMatchObject({
      input: 'RSSMRA8OA01H501U',
      valid: false,
      code: null,
      problems: [{ code: 'letterForDigit', positions: [8] }, { code: 'checkCharacter' }],
      warnings: [],
      suggestions: [{ code: 'RSSMRA80A01H501U' }],
    });
    expect(wrong?.problems[0]?.message).toMatch(/^Qui va una cifra/);
    expect(right).toMatchObject({
      input: 'rssmra80a01h501u',
      valid: true,
      code: 'RSSMRA80A01H501U',
      problems: [],
      warnings: [],
      suggestions: [],
    });
    expect(exitCode).toBe(1);
  });

  test('codes as arguments, in words; exit 0 if all are valid', async () => {
    const { text, exitCode } = await run([...today, 'RSSMRA80A41B422X', '46324090367']).then(
      (first) => first,
    );
    expect(text).toContain('46324090367 valid: provisional, office 036');
    expect(exitCode).toBe(1);
    process.exitCode = undefined;
    const right = await run([...today, 'RSSMRA80A01H501U']);
    expect(right.text).toMatch(/^RSSMRA80A01H501U valid: male, born 1980-01-01 commune H501/);
    expect(right.exitCode).toBe(0);
  });

  test('10,000 lines stream: the first verdict comes before the last line is there', async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const done = cfCommand({ input, output }).parseAsync(['--json', ...today], { from: 'user' });
    input.write('RSSMRA80A01H501U\n');
    const first = await new Promise<Buffer>((resolve) => output.once('data', resolve));
    expect(JSON.parse(first.toString())).toMatchObject({ valid: true });
    let lines = 0;
    output.on('data', (chunk: Buffer) => {
      lines += chunk.toString().split('\n').length - 1;
    });
    input.end('RSSMRA80A01H501X\n'.repeat(9999));
    await done;
    await new Promise((resolve) => output.end(resolve));
    expect(lines).toBe(9999);
  });

  test('a byte order mark, CRLF, an empty line and a line cut in the middle of a character', async () => {
    const bytes = Buffer.from('\ufeffRSSMRA80A01H501U\r\n\nRSSMR\u041080A01H501U');
    const pieces = Array.from(bytes, (byte) => Buffer.from([byte]));
    const { lines } = await run(['--json', ...today], Readable.from(pieces));
    expect(verdicts(lines).map(({ valid, problems }) => [valid, problems[0]?.code])).toEqual([
      [true, undefined],
      [false, 'empty'],
      [false, 'characterForeign'],
    ]);
  });

  test('an endless line is cut, and the next one is judged', async () => {
    const { lines } = await run(
      ['--json', ...today],
      `${'A'.repeat(3_000_000)}\nRSSMRA80A01H501U\n`,
    );
    const [long, next] = verdicts(lines);
    expect(long?.input).toHaveLength(1_048_576);
    expect(long?.valid).toBe(false);
    expect(next?.valid).toBe(true);
  });

  test('a reader that goes away ends it without a word', async () => {
    const gone = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    const input = Readable.from(Array.from({ length: 1000 }, () => Buffer.from('X\n')));
    await cfCommand({ input, output: gone }).parseAsync(['--json'], { from: 'user' });
  });

  test.each([
    [['--nothing']],
    [['--language', 'xx']],
    [['--today', '2026-02-30']],
    [['--today', 'soon']],
  ])('usage: %j', async (words) => {
    await expect(run(words)).rejects.toBeInstanceOf(CommanderError);
  });

  test('control characters of an input are not shown', async () => {
    const { text } = await run(['\u001b[31mRSS\u202e\u0007'], '');
    expect(text.split('\n')[0]).toMatch(/^[ -~]+$/);
  });
});
