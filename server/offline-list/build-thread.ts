import { VarcoError } from '../../shared/errors.ts';
import { startThread } from '../worker-thread.ts';
import {
  type BuildInput,
  type BuildName,
  type BuildOutput,
  type BuildRequest,
  type BuildResponse,
  runBuild,
} from './build-job.ts';

/** Up to this size a job takes some 10 ms, and a thread would cost more than it saves. */
const INLINE_ENTRIES_MAX = 20_000;

const ENTRY = new URL('./build.worker', import.meta.url);

/**
 * Runs a build job without delaying gates: a small one inline, a large one in a thread of its own.
 *
 * @param entries the number of entries involved.
 * @throws VarcoError with the job's own code, or `buildFailed` when the thread died.
 */
export async function build<Name extends BuildName>(
  name: Name,
  input: BuildInput<Name>,
  entries: number,
): Promise<BuildOutput<Name>> {
  if (entries <= INLINE_ENTRIES_MAX) {
    return runBuild(name, input);
  }
  const answer = await ask({ name, input });
  if ('code' in answer) {
    throw new VarcoError(answer.code, `The offline list's ${name} failed: ${answer.code}`);
  }
  return answer.output as BuildOutput<Name>;
}

function ask(question: BuildRequest): Promise<BuildResponse> {
  const worker = startThread(ENTRY, question);
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new VarcoError('buildFailed', 'The thread that builds lists died', { cause }));
    worker.once('message', resolve);
    worker.once('error', fail);
    worker.once('exit', fail);
  });
}
