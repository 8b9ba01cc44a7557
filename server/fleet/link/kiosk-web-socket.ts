import { type RawData, WebSocket } from 'ws';

/** Handles what a kiosk's socket receives. */
export interface SocketHandler {
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
  handler: SocketHandler | undefined;

  /** Hands everything that it receives from now on to this handler. */
  handleWith(handler: SocketHandler): void {
    this.handler = handler;
    this.on('message', onMessage).on('ping', onPing).on('pong', onPong);
    this.on('error', onError).on('close', onClose);
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  if (isBinary) {
    this.close(1003);
  } else {
    handlerOf(this)?.received(String(data));
  }
}

function onPing(this: WebSocket): void {
  handlerOf(this)?.pinged();
}

function onPong(this: WebSocket): void {
  handlerOf(this)?.ponged();
}

function onError(this: WebSocket, error: Error): void {
  handlerOf(this)?.failed(error);
}

function onClose(this: WebSocket): void {
  handlerOf(this)?.ended();
}

function handlerOf(socket: WebSocket): SocketHandler | undefined {
  return socket instanceof KioskWebSocket ? socket.handler : undefined;
}
