/** What is used of the package `smpp`, which brings no types. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server, Socket } from 'node:net';

  export interface Pdu {
    command: string;
    command_status: number;
    sequence_number: number;
    message_id?: string;
    source_addr?: string;
    destination_addr?: string;
    data_coding?: number;
    esm_class?: number;
    system_id?: string;
    password?: string;
    short_message?: { message: string | Buffer; udh?: Buffer[] };
    response(options?: Record<string, unknown>): Pdu;
  }

  export class Session extends EventEmitter {
    socket: Socket;
    send(pdu: Pdu): boolean;
    bind_transceiver(options: Record<string, unknown>, answered: (pdu: Pdu) => void): boolean;
    submit_sm(options: Record<string, unknown>, answered: (pdu: Pdu) => void): boolean;
    enquire_link(answered: (pdu: Pdu) => void): boolean;
    unbind(answered: (pdu: Pdu) => void): boolean;
    close(): void;
    destroy(): void;
  }

  const smpp: {
    connect(options: Record<string, unknown>): Session;
    createServer(session: (session: Session) => void): Server;
  };
  export default smpp;
}
