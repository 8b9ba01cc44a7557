import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** The bytes of ZXing's WebAssembly, from the installed package: nothing is fetched. */
export async function loadZxingBinary(): Promise<Uint8Array> {
  const path = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  return await readFile(path);
}
