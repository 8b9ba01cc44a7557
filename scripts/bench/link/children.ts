/** The processes of this bench, built as for production. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nextMessage, PlainPrograms } from '../server/plain.ts';
import type { ClientsMessage, ClientsRequest, ServerMessage, Subject } from './bench-messages.ts';

const serverFile = fileURLToPath(new URL('./bench-server.ts', import.meta.url));
const clientsFile = fileURLToPath(new URL('./clients.ts', import.meta.url));

/** Builds and starts the processes of one run. */
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
    const ready = await nextMessage<ServerMessage, 'ready'>(child, 'ready');
    return { child, ready };
  }

  async clients(): Promise<ChildProcess> {
    const child = fork(this.#programs.path(clientsFile), [], { execArgv: [] });
    await nextMessage<ClientsMessage, 'ready'>(child, 'ready');
    return child;
  }
}

export async function usage(server: ChildProcess) {
  server.send('usage');
  return await nextMessage<ServerMessage, 'usage'>(server, 'usage');
}

/** Sends a request to the process with the kiosks, and waits for its reply of the kind expected. */
export async function ask<Kind extends ClientsMessage['kind']>(
  clients: ChildProcess,
  request: ClientsRequest,
  kind: Kind,
) {
  clients.send(request);
  return await nextMessage<ClientsMessage, Kind>(clients, kind);
}

export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}
