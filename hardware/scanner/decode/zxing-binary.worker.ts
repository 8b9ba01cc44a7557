import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** Loads ZXing's WebAssembly from the installed package, never from the network. */
export async function loadZxingBinary(): Promise<Uint8Array> {
  const path = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  return await readFile(path);
}
