import QRCode from 'qrcode';
import { afterEach, expect, it } from 'vitest';
import type { LumaFrame } from '../../../../hardware/scanner/decode/frame.ts';
import { DecoderThread } from '../../../../hardware/scanner/decoder-thread.ts';
import { systemClock } from '../../../../shared/clock.ts';

const REQUEST = { wanted: ['qr'] as const, budgetMs: 100 };
let thread: DecoderThread | undefined;
afterEach(() => thread?.stop());

it.each(['jsqr', 'zxing-wasm', 'auto'] as const)('reads a code in a thread by %s', async (name) => {
  thread = new DecoderThread({ decoder: name, pace: 'stream' }, { clock: systemClock });
  await thread.start();
  const outcome = await thread.decode(qrFrame('HTTPS://GATE.EXAMPLE/V/1/ABC'), REQUEST);
  expect(outcome.codes.map((code) => code.text)).toEqual(['HTTPS://GATE.EXAMPLE/V/1/ABC']);
});

it('gives the memory of a picture back', async () => {
  const back: ArrayBuffer[] = [];
  thread = new DecoderThread(
    { decoder: 'jsqr', pace: 'stream' },
    { clock: systemClock, recycle: (memory) => back.push(memory) },
  );
  await thread.start();
  const frame = qrFrame('a');
  const bytes = frame.data.length;
  await thread.decode(frame, REQUEST);
  expect(frame.data.length).toBe(0);
  expect(back.map((memory) => memory.byteLength)).toEqual([bytes]);
});

it('fails what is pending when it stops, and decodes again after a new start', async () => {
  thread = new DecoderThread({ decoder: 'jsqr', pace: 'stream' }, { clock: systemClock });
  await thread.start();
  const pending = thread.decode(qrFrame('a'), REQUEST);
  const settled = expect(pending).rejects.toMatchObject({ code: 'decoderStopped' });
  await thread.stop();
  await settled;
  await expect(thread.decode(qrFrame('a'), REQUEST)).rejects.toMatchObject({
    code: 'decoderStopped',
  });
  await thread.start();
  await expect(thread.decode(qrFrame('b'), REQUEST)).resolves.toMatchObject({
    codes: [{ text: 'b' }],
  });
});

it('says so when the decoder can not be loaded', async () => {
  thread = new DecoderThread(
    { decoder: 'jsqr', pace: 'stream' },
    { clock: systemClock, workerUrl: new URL('./no-such-file.js', import.meta.url) },
  );
  await expect(thread.start()).rejects.toMatchObject({ code: 'decoderUnavailable' });
});

function qrFrame(text: string): LumaFrame {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  const scale = 4;
  const side = (modules.size + 8) * scale;
  const data = new Uint8Array(side * side).fill(255);
  for (let y = 0; y < modules.size * scale; y++) {
    for (let x = 0; x < modules.size * scale; x++) {
      const dark = modules.get(Math.floor(y / scale), Math.floor(x / scale)) === 1;
      data[(y + 4 * scale) * side + x + 4 * scale] = dark ? 0 : 255;
    }
  }
  return { data, width: side, height: side };
}
