import { parentPort, workerData } from 'node:worker_threads';
import { errorCode } from '../../../shared/errors.ts';
import { createDecoder } from './create.ts';
import type { ThreadAnswer, ThreadQuestion, ThreadSetup } from './thread-messages.ts';
import { warmUp } from './warm-up.ts';
import { loadZxingBinary } from './zxing-binary.worker.ts';

/** The decoder thread: receives pictures, and answers with texts and with the picture's memory. */
const port = parentPort;
if (!port) {
  throw new Error('decode.worker runs in a worker thread only');
}
const setup: ThreadSetup = workerData;
const decoder = await createDecoder(setup, loadZxingBinary, () => performance.now());
warmUp(decoder);
port.postMessage({ kind: 'ready', decoder: decoder.name } satisfies ThreadAnswer);

port.on('message', (question: ThreadQuestion) => {
  const { id, frame, request } = question;
  const memory = frame.data.buffer;
  const startedAt = performance.now();
  try {
    const outcome = decoder.decode(frame, request);
    const ms = performance.now() - startedAt;
    const answer: ThreadAnswer = { kind: 'outcome', id, outcome, ms, memory };
    port.postMessage(answer, [memory]);
  } catch (error) {
    const answer: ThreadAnswer = { kind: 'failed', id, code: errorCode(error), memory };
    port.postMessage(answer, [memory]);
  }
});
