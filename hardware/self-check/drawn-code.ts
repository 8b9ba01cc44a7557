import QRCode from 'qrcode';
import { systemClock } from '../../shared/clock.ts';
import { DecoderThread } from '../scanner/decoder-thread.ts';

/** A text that no gate takes: the self-test's code can't open anything. */
const BUILT_IN = 'VARCO SELF-TEST 0123456789';
const SIDE = 320;

/**
 * Draws a code, gives the picture to the decoder's thread as a camera would, and says whether it comes
 * back letter by letter.
 *
 * @throws VarcoError with a decoder thread's problem.
 */
export async function decodesDrawnCode(): Promise<boolean> {
  const decoder = new DecoderThread({ decoder: 'auto', pace: 'still' }, { clock: systemClock });
  try {
    await decoder.start();
    const { codes } = await decoder.decode(drawn(BUILT_IN), { wanted: ['qr'], budgetMs: 5_000 });
    return codes.length === 1 && codes[0]?.text === BUILT_IN;
  } finally {
    await decoder.stop();
  }
}

/** A code in the middle of a white picture, its modules as large as fit with their margin. */
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
