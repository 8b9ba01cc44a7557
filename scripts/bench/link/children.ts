/** The processes of this bench: built as production is, started, asked, ended. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { heard, PlainPrograms } from '../server/plain.ts';
import type { ClientsAsked, ClientsTold, ServerTold, Subject } from './bench-messages.ts';

const serverFile = fileURLToPath(new URL('./bench-server.ts', import.meta.url));
const clientsFile = fileURLToPath(new URL('./clients.ts', import.meta.url));

/** Starts the processes of one run. */
export class Children {
  readonly #programs: PlainPrograms;

  private constructor(programs: PlainPrograms) {
    this.#programs = programs;
  }

  static async build(): Promise<Children> {
    return new Children(await PlainPrograms.build([serverFile, clientsFile]));
  }

  async remove(): Promise<void> {
    await this.#programs.remove();
  }

  async server(served: Subject) {
    const child = fork(this.#programs.path(serverFile), [JSON.stringify(served)], {
      execArgv: ['--expose-gc'],
    });
    const ready = (await heard<ServerTold>(child)) as ServerTold & { kind: 'ready' };
    return { child, ready };
  }

  async clients(): Promise<ChildProcess> {
    const child = fork(this.#programs.path(clientsFile), [], { execArgv: [] });
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

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
