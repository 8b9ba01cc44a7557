import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FRAME_LENGTH_MAX, formatFrame, parseFrame } from '../../../../shared/protocol/frame.ts';

describe('parseFrame', () => {
  const bad: [string, string, { code: string; id: string }][] = [
    ['nothing', '', { code: 'formatViolation', id: '' }],
    ['half a frame', '[2,"1","Ver', { code: 'formatViolation', id: '' }],
    ['an object', '{"type":2}', { code: 'formatViolation', id: '' }],
    ['an unknown type', '[9,"1","Verify",{}]', { code: 'formatViolation', id: '' }],
    ['a call without payload', '[2,"7","Verify"]', { code: 'formatViolation', id: '7' }],
    ['a call with more', '[2,"7","Verify",{},1]', { code: 'formatViolation', id: '7' }],
    ['a call with an empty id', '[2,"","Verify",{}]', { code: 'formatViolation', id: '' }],
    ['a numeric id', '[2,7,"Verify",{}]', { code: 'formatViolation', id: '' }],
    ['too much', `"${'a'.repeat(FRAME_LENGTH_MAX)}"`, { code: 'tooLarge', id: '' }],
  ];
  test.each(bad)('refuses %s', (_name, text, problem) => {
    expect(parseFrame(text)).toEqual({ ok: false, ...problem });
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseFrame(text)));
    fc.assert(fc.property(fc.json(), (text) => void parseFrame(text)));
  });
});

test('every frame comes back as it was sent', () => {
  const word = fc.string({ minLength: 1, maxLength: 64 });
  const payload = fc.jsonValue();
  const frames = fc.oneof(
    fc.record({ type: fc.constant('call' as const), id: word, action: word, payload }),
    fc.record({ type: fc.constant('answer' as const), id: word, payload }),
    fc.record({ type: fc.constant('failure' as const), id: word, code: word, details: payload }),
  );
  fc.assert(
    fc.property(frames, (frame) => {
      const text = formatFrame(frame);
      fc.pre(text.length <= FRAME_LENGTH_MAX);
      expect(parseFrame(text)).toEqual({ ok: true, frame: JSON.parse(JSON.stringify(frame)) });
    }),
  );
});
