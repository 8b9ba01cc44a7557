import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  SERIAL_BUFFER_MAX,
  type SerialFraming,
  SerialLines,
} from '../../../../../hardware/scanner/framing/serial-lines.ts';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const texts = (codes: readonly Uint8Array[]) => codes.map((code) => String.fromCharCode(...code));

it.each<[SerialFraming, string, string[]]>([
  ['cr', 'one\rtwo\rhal', ['one', 'two']],
  ['lf', 'one\ntwo\n', ['one', 'two']],
  ['line', 'one\r\ntwo\rthree\n\n', ['one', 'two', 'three']],
  ['crlf', 'on\ne\r\ntwo\r\n', ['on\ne', 'two']],
  ['stx-etx', 'noise\x02one\x03more\x02\x02two\x03', ['one', 'two']],
  ['quiet', 'one\rtwo', []],
])('cuts by %s', (framing, sent, expected) => {
  expect(texts(new SerialLines(framing).push(bytes(sent)).codes)).toEqual(expected);
});

it('gives the same codes however the bytes are chunked', () => {
  const framings = fc.constantFrom<SerialFraming>('cr', 'lf', 'line', 'crlf', 'stx-etx');
  const alphabet = fc.constantFrom('a', 'b', '\r', '\n', '\x02', '\x03', '\0');
  const sent = fc.array(alphabet, { maxLength: 60 });
  fc.assert(
    fc.property(framings, sent, fc.nat(60), (framing, parts, at) => {
      const whole = bytes(parts.join(''));
      const once = new SerialLines(framing).push(whole).codes;
      const lines = new SerialLines(framing);
      const twice = [lines.push(whole.subarray(0, at)), lines.push(whole.subarray(at))];
      expect(twice.flatMap(({ codes }) => texts(codes))).toEqual(texts(once));
    }),
  );
});

it('ends a code by silence only with the framing `quiet`', () => {
  const quiet = new SerialLines('quiet');
  quiet.push(bytes('one'));
  expect(texts([quiet.quiet() ?? bytes('')])).toEqual(['one']);
  expect(quiet.quiet()).toBeUndefined();
  const line = new SerialLines('line');
  line.push(bytes('half'));
  expect(line.pending).toBe(true);
  expect(line.quiet()).toBeUndefined();
  expect(texts(line.push(bytes('whole\r')).codes)).toEqual(['whole']);
});

it('drops a code that is too long, up to its end, and reports it', () => {
  const lines = new SerialLines('line');
  expect(lines.push(new Uint8Array(SERIAL_BUFFER_MAX).fill(65)).overflow).toBe(false);
  expect(lines.push(bytes('A')).overflow).toBe(true);
  expect(texts(lines.push(bytes('rest\rnext\r')).codes)).toEqual(['next']);
});
