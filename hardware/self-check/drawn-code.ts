import QRCode from 'qrcode';
import { systemClock } from '../../shared/clock.ts';
import { DecoderThread } from '../scanner/decoder-thread.ts';

/** A text that no gate accepts, so that the self-test's code can't open anything. */
const TEXT = 'VARCO SELF-TEST 0123456789';
const SIDE = 320;

/**
 * Draws a code, has it decoded in the decoder thread like a camera's frame, and compares the text.
 *
 * @throws VarcoError with a {@link DecoderThreadProblem}.
 */
export async function decodesDrawnCode(): Promise<boolean> {
  const decoder = new DecoderThread({ decoder: 'auto', pace: 'still' }, { clock: systemClock });
  try {
    await decoder.start();
    const { codes } = await decoder.decode(drawn(TEXT), { wanted: ['qr'], budgetMs: 5_000 });
    return codes.length === 1 && codes[0]?.text === TEXT;
  } finally {
    await decoder.stop();
  }
}

/** A code in the middle of a white picture, with the largest modules that leave its quiet zone. */
function drawn(text: string) {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  const scale = Math.floor(SIDE / (modules.size + 8));
  const start = Math.floor((SIDE - modules.size * scale) / 2);
  const data = new Uint8Array(SIDE * SIDE).fill(255);
  for (let y = 0; y < modules.size * scale; y += 1) {
    for (let x = 0; x < modules.size * scale; x += 1) {
      if (modules.get(Math.floor(y / scale), Math.floor(x / scale)) === 1) {
        data[(start + y) * SIDE + start + x] = 0;
      }
    }
  }
  return { data, width: SIDE, height: SIDE };
}
