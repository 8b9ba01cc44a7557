/** Worker thread that runs one build job and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { isErrorCode } from '../../shared/error-codes.ts';
import { errorCode } from '../../shared/errors.ts';
import { type BuildRequest, type BuildResponse, runBuild } from './build-job.ts';

const { name, input }: BuildRequest = workerData;
let answer: BuildResponse;
try {
  answer = { output: runBuild(name, input as never) };
} catch (error) {
  const code = errorCode(error);
  answer = { code: isErrorCode(code) ? code : 'buildFailed' };
}
const buffer =
  'output' in answer && ArrayBuffer.isView(answer.output) ? answer.output.buffer : undefined;
parentPort?.postMessage(answer, buffer instanceof ArrayBuffer ? [buffer] : []);
