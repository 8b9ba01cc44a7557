import WebSocket from 'ws';
import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import { SOCKET_PAYLOAD_BYTES_MAX, SUBPROTOCOL } from '../../shared/protocol/frame.ts';

/** How TLS is done; all of it PEM. */
export interface LinkTls {
  /** The authorities to trust in place of the public ones. */
  ca?: string | undefined;
  /** This kiosk's client certificate and its key, for a site that demands one. */
  cert?: string | undefined;
  key?: string | undefined;
}

/** How often the server is asked whether it lives, and how long it has; below two status intervals. */
export interface Heartbeat {
  everyMs: number;
  deadlineMs: number;
}

export const CONNECT_TIMEOUT_MS = 10_000;

/** A WebSocket of the link: text only, bounded, and found dead when the other end freezes. */
export interface LinkSocket {
  send(text: string): void;
  /** Ends it with the close handshake. */
  close(reason: string): void;
  /** Ends it at once. */
  terminate(reason: string): void;
}

/**
 * Dials. The server's certificate is always checked, by name and by authority; a redirection is not
 * followed.
 *
 * @param events.closed once, with a stable code: the error's, the close frame's word, or `closed`.
 */
export function dial(
  target: { url: string; tls: LinkTls; heartbeat: Heartbeat },
  clock: Clock,
  events: { text(text: string): void; closed(reason: string): void },
): LinkSocket {
  const { ca, cert, key } = target.tls;
  const socket = new WebSocket(target.url, SUBPROTOCOL, {
    handshakeTimeout: CONNECT_TIMEOUT_MS,
    maxPayload: SOCKET_PAYLOAD_BYTES_MAX,
    perMessageDeflate: false,
    followRedirects: false,
    minVersion: 'TLSv1.2',
    ca,
    cert,
    key,
  });
  let reason: string | undefined;
  let cancelBeat = () => {};
  const end = (why: string) => {
    reason ??= why;
    socket.terminate();
  };
  const beat = () => {
    cancelBeat();
    cancelBeat = clock.after(target.heartbeat.everyMs, () => {
      socket.ping();
      cancelBeat = clock.after(target.heartbeat.deadlineMs, () => end('noPong'));
    });
  };
  socket.on('open', beat);
  socket.on('pong', beat);
  socket.on('message', (data, isBinary) => {
    if (isBinary) {
      socket.close(1003, 'text only');
    } else {
      events.text(data.toString());
    }
  });
  socket.on('error', (error) => {
    reason ??= errorCode(error);
  });
  socket.on('unexpected-response', (_request, response) => end(`http${response.statusCode ?? ''}`));
  socket.on('close', (_code, said) => {
    cancelBeat();
    const word = said.toString();
    events.closed(reason ?? (/^[A-Za-z]{1,32}$/.test(word) ? word : 'closed'));
  });
  return {
    send: (text) => socket.send(text),
    close: (why) => socket.close(1000, why),
    terminate: end,
  };
}
