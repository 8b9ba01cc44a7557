/** Processes under measurement, built as for production, and their messages. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const dist = fileURLToPath(new URL('../../../dist/', import.meta.url));

/**
 * Programs as plain JavaScript, as in production: the loader of `npm run bench` names every closure,
 * which takes several times the memory of the closure itself.
 */
export class PlainPrograms {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param sources TypeScript files. */
  static async build(sources: readonly string[]): Promise<PlainPrograms> {
    await mkdir(dist, { recursive: true });
    const folder = await mkdtemp(join(dist, 'bench-'));
    await build({
      entryPoints: [...sources],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
    });
    return new PlainPrograms(folder);
  }

  /** The path of the program built from a source. */
  path(source: string): string {
    return join(this.#folder, `${basename(source, '.ts')}.mjs`);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/**
 * The next message of a process.
 *
 * @throws Error if the process ends first, or sends a message of another kind.
 */
export async function nextMessage<Message extends { kind: string }, Kind extends Message['kind']>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<Message, { kind: Kind }>> {
  const over = new AbortController();
  const ended = once(child, 'exit', over).then(([code]) => {
    throw new Error(`A process of the bench ended (${code})`);
  });
  const received = once(child, 'message', over).then(([message]: Message[]) => message);
  try {
    const message = await Promise.race([received, ended]);
    if (!message || !isOfKind(message, kind)) {
      throw new Error(`A process of the bench sent ${message?.kind} instead of ${kind}`);
    }
    return message;
  } finally {
    over.abort();
    for (const other of [received, ended]) {
      other.catch(() => {});
    }
  }
}

function isOfKind<Message extends { kind: string }, Kind extends Message['kind']>(
  message: Message,
  kind: Kind,
): message is Extract<Message, { kind: Kind }> {
  return message.kind === kind;
}
