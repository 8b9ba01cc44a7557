import type { Decoder } from './decoder.ts';
import { JsQrDecoder } from './jsqr.ts';
import { Pipeline } from './pipeline.ts';
import type { ThreadSetup } from './thread-messages.ts';
import { openZxing, ZxingDecoder } from './zxing.ts';

/**
 * Creates the decoder that a config names. `auto` falls back to jsQR where WebAssembly is missing.
 *
 * @param loadBinary loads the bytes of `zxing_reader.wasm`, never from the network.
 * @param now monotonic milliseconds.
 */
export async function createDecoder(
  setup: ThreadSetup,
  loadBinary: () => Promise<Uint8Array>,
  now: () => number,
): Promise<Decoder> {
  switch (setup.decoder) {
    case 'jsqr':
      return new JsQrDecoder();
    case 'zxing-wasm':
      return new ZxingDecoder(await openZxing(await loadBinary()));
    case 'auto': {
      const zxing = await openZxing(await loadBinary()).catch(() => undefined);
      return zxing ? new Pipeline(zxing, setup.pace, now) : new JsQrDecoder();
    }
  }
}
