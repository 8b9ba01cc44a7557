import { afterEach, expect, it } from 'vitest';
import { DecoderThread } from '../../../../hardware/scanner/decoder-thread.ts';
import { systemClock } from '../../../../shared/clock.ts';
import { qrFrame } from '../../../support/qr-frame.ts';

const REQUEST = { wanted: ['qr'] as const, budgetMs: 100 };
let thread: DecoderThread | undefined;
afterEach(() => thread?.stop());

it.each(['jsqr', 'zxing-wasm', 'auto'] as const)('reads a code in a thread by %s', async (name) => {
  thread = new DecoderThread({ decoder: name, pace: 'stream' }, { clock: systemClock });
  await thread.start();
  const outcome = await thread.decode(qrFrame('HTTPS://GATE.EXAMPLE/V/1/ABC', 240, 240), REQUEST);
  expect(outcome.codes.map((code) => code.text)).toEqual(['HTTPS://GATE.EXAMPLE/V/1/ABC']);
});

it('returns the memory of a picture', async () => {
  const back: ArrayBuffer[] = [];
  thread = new DecoderThread(
    { decoder: 'jsqr', pace: 'stream' },
    { clock: systemClock, recycle: (memory) => back.push(memory) },
  );
  await thread.start();
  const frame = qrFrame('a', 240, 240);
  const bytes = frame.data.length;
  await thread.decode(frame, REQUEST);
  expect(frame.data.length).toBe(0);
  expect(back.map((memory) => memory.byteLength)).toEqual([bytes]);
});

it('fails what is pending when it stops, and decodes again after a new start', async () => {
  thread = new DecoderThread({ decoder: 'jsqr', pace: 'stream' }, { clock: systemClock });
  await thread.start();
  const pending = thread.decode(qrFrame('a', 240, 240), REQUEST);
  const settled = expect(pending).rejects.toMatchObject({ code: 'decoderStopped' });
  await thread.stop();
  await settled;
  await expect(thread.decode(qrFrame('a', 240, 240), REQUEST)).rejects.toMatchObject({
    code: 'decoderStopped',
  });
  await thread.start();
  await expect(thread.decode(qrFrame('b', 240, 240), REQUEST)).resolves.toMatchObject({
    codes: [{ text: 'b' }],
  });
});

it('rejects when the decoder can not be loaded', async () => {
  thread = new DecoderThread(
    { decoder: 'jsqr', pace: 'stream' },
    { clock: systemClock, workerUrl: new URL('./no-such-file.js', import.meta.url) },
  );
  await expect(thread.start()).rejects.toMatchObject({ code: 'decoderUnavailable' });
});
