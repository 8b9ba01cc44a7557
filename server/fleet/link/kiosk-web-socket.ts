import { type RawData, WebSocket } from 'ws';

/** What is on the other side of a kiosk's socket. */
export interface Carried {
  received(text: string): void;
  /** A control frame of the kiosk, which counts like a message. */
  pinged(): void;
  ponged(): void;
  failed(error: Error): void;
  ended(): void;
}

/**
 * The socket of one kiosk. Its listeners are the same functions for all of them: thousands of silent
 * kiosks would each hold their own otherwise.
 */
export class KioskWebSocket extends WebSocket {
  carried: Carried | undefined;

  /** Hands everything that comes to this connection, from now on. */
  carry(carried: Carried): void {
    this.carried = carried;
    this.on('message', onMessage).on('ping', onPing).on('pong', onPong);
    this.on('error', onError).on('close', onClose);
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  if (isBinary) {
    this.close(1003);
  } else {
    carriedBy(this)?.received(String(data));
  }
}

function onPing(this: WebSocket): void {
  carriedBy(this)?.pinged();
}

function onPong(this: WebSocket): void {
  carriedBy(this)?.ponged();
}

function onError(this: WebSocket, error: Error): void {
  carriedBy(this)?.failed(error);
}

function onClose(this: WebSocket): void {
  carriedBy(this)?.ended();
}

function carriedBy(socket: WebSocket): Carried | undefined {
  return socket instanceof KioskWebSocket ? socket.carried : undefined;
}
