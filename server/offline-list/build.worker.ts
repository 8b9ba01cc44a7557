/** A thread that does one job of building a list, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { isErrorCode } from '../../shared/error-codes.ts';
import { errorCode } from '../../shared/errors.ts';
import { type BuildRequest, type BuildResponse, runBuild } from './build-job.ts';

const { name, input } = workerData as BuildRequest;
let answer: BuildResponse;
try {
  answer = { output: runBuild(name, input as never) };
} catch (error) {
  const code = errorCode(error);
  answer = { code: isErrorCode(code) ? code : 'buildFailed' };
}
const moved =
  'output' in answer && ArrayBuffer.isView(answer.output)
    ? [answer.output.buffer as ArrayBuffer]
    : [];
parentPort?.postMessage(answer, moved);
