import { expect, it } from 'vitest';
import type { Reading } from '../../../../hardware/ports.ts';
import type { DecodedCode, DecodeOutcome } from '../../../../hardware/scanner/decode/decoder.ts';
import type { LumaFrame } from '../../../../hardware/scanner/decode/frame.ts';
import { FrameReader, type FrameReaderDeps } from '../../../../hardware/scanner/frame-reader.ts';
import { seededRandom } from '../../../../scripts/sample/seeded-random.ts';
import type { Clock } from '../../../../shared/clock.ts';
import { VarcoError } from '../../../../shared/errors.ts';

const FRAME_MS = 33;

function setUp(options: Pick<FrameReaderDeps, 'check'> = {}) {
  let now = 0;
  const clock: Clock = { now: () => now, monotonic: () => now, after: () => () => undefined };
  const reports: string[] = [];
  const readings: Reading[] = [];
  const answers: (DecodeOutcome | Error)[] = [];
  let decoded = 0;
  const reader = new FrameReader('camera', 60, {
    clock,
    decoder: {
      start: async () => undefined,
      stop: async () => undefined,
      decode: async () => {
        decoded++;
        const answer = answers.shift() ?? { codes: [], codeLike: false };
        if (answer instanceof Error) {
          throw answer;
        }
        return { ...answer, ms: 1 };
      },
    },
    recycle: () => undefined,
    openJpeg: async () => {
      throw new VarcoError('imageUnreadable', 'no');
    },
    ...options,
  });
  reader.start({
    reading: (reading) => {
      readings.push(reading);
      reports.push(`${reading.text} ${reading.frames}`);
    },
    unreadable: () => reports.push('unreadable'),
    several: () => reports.push('several'),
    view: (view) => reports.push(view),
    health: (health) => reports.push(health.state),
  });
  const offer = async (frame: LumaFrame) => {
    now += FRAME_MS;
    reader.offer({ kind: 'luma', frame });
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { reader, reports, readings, answers, offer, decoded: () => decoded };
}

/** A lively scene; `shift` moves a bright bar across it. */
function scene(shift: number, noise = 2): LumaFrame {
  const random = seededRandom(shift + 1);
  const data = new Uint8Array(320 * 240);
  for (let at = 0; at < data.length; at++) {
    const x = at % 320;
    const bar = x >= shift && x < shift + 40 ? 90 : 0;
    data[at] = 80 + (x & 8) * 4 + bar + noise * random();
  }
  return { data, width: 320, height: 240 };
}

function flat(level: number): LumaFrame {
  return { data: new Uint8Array(320 * 240).fill(level), width: 320, height: 240 };
}

const code = (text: string, trust: DecodedCode['trust'] = 'confirmed'): DecodedCode => ({
  text,
  symbology: 'qr',
  decoder: 'test',
  trust,
});
const found = (...codes: DecodedCode[]): DecodeOutcome => ({ codes, codeLike: false });

it('decodes five frames per second while nothing moves, and every frame when something does', async () => {
  const { offer, decoded } = setUp();
  for (let frame = 0; frame < 60; frame++) {
    await offer(scene(10));
  }
  const asleep = decoded();
  for (let frame = 0; frame < 60; frame++) {
    await offer(scene(10));
  }
  // 60 frames are two seconds: ten looks, whatever the camera's rate.
  expect(decoded() - asleep).toBeLessThanOrEqual(11);
  expect(decoded() - asleep).toBeGreaterThanOrEqual(8);
  const before = decoded();
  await offer(scene(120));
  expect(decoded() - before).toBe(1);
  await offer(scene(123));
  await offer(scene(126));
  expect(decoded() - before).toBe(3);
});

it('reports a single decoder’s reading only when the next frame confirms it', async () => {
  const { answers, offer, reports } = setUp();
  answers.push(found(code('A', 'single')), found(code('B', 'single')), found(code('B', 'single')));
  await offer(scene(0));
  await offer(scene(30));
  expect(reports).toEqual([]);
  await offer(scene(60));
  expect(reports).toEqual(['B 3']);
});

it('reports a text with a valid signature at once', async () => {
  const { answers, offer, reports } = setUp({
    check: (text) => ({ isProven: text === 'SIGNED' }),
  });
  answers.push(found(code('SIGNED', 'single')));
  await offer(scene(0));
  expect(reports).toEqual(['SIGNED 1']);
});

it('hands the result of the check on with the reading, so that nobody checks it again', async () => {
  const check = { isProven: true };
  const { answers, offer, readings } = setUp({ check: () => check });
  answers.push(found(code('SIGNED', 'single')));
  await offer(scene(0));
  expect(readings.map((reading) => reading.check)).toEqual([check]);
});

it('prefers a credential to a poster, and reports two credentials as several', async () => {
  const { answers, offer, reports } = setUp();
  const credential = (name: string) => code(`HTTPS://GATE.EXAMPLE/V/1/${name}`);
  answers.push(
    found(code('POSTER'), credential('A')),
    found(credential('A'), credential('B')),
    found(code('X')),
  );
  await offer(scene(0));
  await offer(scene(30));
  await offer(scene(60));
  expect(reports).toEqual(['HTTPS://GATE.EXAMPLE/V/1/A 1', 'several', 'X 2']);
});

it('reports a code that can not be read', async () => {
  const { answers, offer, reports } = setUp();
  answers.push({ codes: [], codeLike: true });
  await offer(scene(0));
  expect(reports).toEqual(['unreadable']);
});

it.each([
  ['lensCovered', flat(1)],
  ['tooDark', { ...scene(0), data: scene(0).data.map((level) => level / 8) }],
  ['glare', flat(250)],
])('reports a view that lasts: %s', async (view, frame) => {
  const { offer, reports } = setUp();
  for (let count = 0; count < 120; count++) {
    await offer(frame);
  }
  expect(reports).toEqual([view]);
  for (let count = 0; count < 120; count++) {
    await offer(scene(0));
  }
  expect(reports).toEqual([view, 'clear']);
});

it('reports no view that passes within three seconds', async () => {
  const { offer, reports } = setUp();
  for (let count = 0; count < 85; count++) {
    await offer(flat(1));
  }
  for (let count = 0; count < 120; count++) {
    await offer(scene(0));
  }
  expect(reports).toEqual([]);
});

it('skips a picture that crashes the decoder, and nothing else', async () => {
  const { answers, offer, reports } = setUp();
  answers.push(new VarcoError('decoderTimeout', 'no'), found(code('A')));
  await offer(scene(0));
  await offer(scene(30));
  expect(reports).toEqual(['A 2']);
});

it('reports a decoder that is gone once, and its return once', async () => {
  const { answers, offer, reports } = setUp();
  const gone = () => new VarcoError('decoderUnavailable', 'no');
  answers.push(gone(), gone(), gone());
  for (const shift of [0, 30, 60, 90, 120]) {
    await offer(scene(shift));
  }
  expect(reports).toEqual(['failing', 'ready']);
});

it('decodes nothing while nothing is wanted', async () => {
  const { reader, offer, decoded } = setUp();
  reader.wanted = [];
  await offer(scene(0));
  await offer(scene(90));
  expect(decoded()).toBe(0);
});
