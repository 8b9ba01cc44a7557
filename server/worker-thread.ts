import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

const isSource = import.meta.url.endsWith('.ts');

/**
 * Starts a worker thread. When run from TypeScript the thread registers the loader itself; in a build its
 * entry is plain JavaScript.
 *
 * @param entry the URL without extension, such as `new URL('./build.worker', import.meta.url)`.
 */
export function startThread(entry: URL, workerData?: unknown): Worker {
  const url = `${entry.href}.${isSource ? 'ts' : 'js'}`;
  if (!isSource) {
    return new Worker(new URL(url), { workerData });
  }
  const loader = createRequire(import.meta.url)
    .resolve('tsx/esm/api')
    .replace(/\.cjs$/, '.mjs');
  const source = `import(${JSON.stringify(pathToFileURL(loader).href)}).then((tsx) => {
    tsx.register();
    return import(${JSON.stringify(url)});
  });`;
  return new Worker(source, { eval: true, workerData, execArgv: [] });
}
