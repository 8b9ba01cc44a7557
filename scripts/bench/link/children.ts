/** The processes of this bench: built as production is, started, asked, ended. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { ClientsAsked, ClientsTold, ServerTold, Subject } from './messages.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = fileURLToPath(new URL('../../../dist/', import.meta.url));

/** Starts the processes of one run. */
export class Children {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Plain JavaScript, as a machine in production runs it: the loader of `npm run bench` gives each
   * closure a name of its own, at several times the closure's size.
   */
  static async build(): Promise<Children> {
    await mkdir(dist, { recursive: true });
    const folder = await mkdtemp(join(dist, 'bench-link-'));
    await build({
      entryPoints: [join(here, 'server.ts'), join(here, 'clients.ts')],
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
    });
    return new Children(folder);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async server(served: Subject) {
    const child = fork(join(this.#folder, 'server.mjs'), [JSON.stringify(served)], {
      execArgv: ['--expose-gc'],
    });
    const ready = (await heard<ServerTold>(child)) as ServerTold & { kind: 'ready' };
    return { child, ready };
  }

  async clients(): Promise<ChildProcess> {
    const child = fork(join(this.#folder, 'clients.mjs'), [], { execArgv: [] });
    await heard<ClientsTold>(child);
    return child;
  }
}

export async function usage(server: ChildProcess) {
  server.send('usage');
  return (await heard<ServerTold>(server)) as ServerTold & { kind: 'usage' };
}

export async function ask(clients: ChildProcess, asked: ClientsAsked): Promise<ClientsTold> {
  clients.send(asked);
  return await heard<ClientsTold>(clients);
}

/** The next message of a process; one that ends instead is an error. */
async function heard<Told>(child: ChildProcess): Promise<Told> {
  const over = new AbortController();
  const ended = once(child, 'exit', over).then(([code]) => {
    throw new Error(`A process of the bench ended (${code})`);
  });
  const message = once(child, 'message', over).then(([told]) => told as Told);
  try {
    return await Promise.race([message, ended]);
  } finally {
    over.abort();
    for (const other of [message, ended]) {
      other.catch(() => {});
    }
  }
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
