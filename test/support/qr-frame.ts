import QRCode from 'qrcode';
import type { LumaFrame } from '../../hardware/scanner/decode/frame.ts';

/** A QR code drawn sharp and straight in the middle of a white picture. */
export function qrFrame(text: string, width: number, height: number, scale = 4): LumaFrame {
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
  const side = modules.size * scale;
  const left = Math.floor((width - side) / 2);
  const top = Math.floor((height - side) / 2);
  if (left < 4 * scale || top < 4 * scale) {
    throw new RangeError(`A code of ${side} pixels does not fit`);
  }
  const data = new Uint8Array(width * height).fill(255);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (modules.get(Math.floor(y / scale), Math.floor(x / scale)) === 1) {
        data[(top + y) * width + left + x] = 0;
      }
    }
  }
  return { data, width, height };
}
