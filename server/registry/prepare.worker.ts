/** Worker thread that parses and checks blocks of an import, one after the other, until terminated. */
import { parentPort } from 'node:worker_threads';
import { prepareBlock } from './prepare.ts';
import type { PrepareRequest, PrepareResponse } from './prepare-threads.ts';

parentPort?.on('message', ({ id, block, today }: PrepareRequest) => {
  parentPort?.postMessage({ id, prepared: prepareBlock(block, today) } satisfies PrepareResponse);
});
