import type { Key } from '../../hardware/ports.ts';
import type { Screen } from '../session/screen.ts';
import type { Glass } from './letter-size.ts';

/** A screen with its place in the order of screens. */
export interface Shown {
  sequence: number;
  screen: Screen;
  glass?: Glass;
}

/** Asks for a sign that the page still paints. */
interface Beat {
  sequence: number;
}

export interface Connection {
  /** Calls back with every screen, and with `undefined` while the kiosk is out of reach. */
  watch(callback: (shown: Shown | undefined) => void): () => void;
  send(message: { name: 'key'; key: Key } | { name: 'painted'; sequence: number }): void;
}

const RETRY_MS = 1_000;

/**
 * Connects to the kiosk that serves this page, and again whenever it is lost. A lost connection takes
 * the last screen away at once: a verdict never stays on the glass because a program died.
 */
export function connect(url: string): Connection {
  const watchers = new Set<(shown: Shown | undefined) => void>();
  let latest: Shown | undefined;
  let socket: WebSocket | undefined;
  const publish = (shown: Shown | undefined) => {
    latest = shown;
    for (const watcher of watchers) {
      watcher(shown);
    }
  };
  const open = () => {
    socket = new WebSocket(url);
    socket.addEventListener('message', (event) => {
      const message: Shown | Beat = JSON.parse(event.data);
      if ('screen' in message) {
        publish(message);
      } else {
        afterPaint(() => send({ name: 'painted', sequence: message.sequence }));
      }
    });
    socket.addEventListener('close', () => {
      publish(undefined);
      setTimeout(open, RETRY_MS);
    });
  };
  const send: Connection['send'] = (message) => {
    if (socket?.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify(message));
    }
  };
  open();
  return {
    watch(callback) {
      watchers.add(callback);
      callback(latest);
      return () => watchers.delete(callback);
    },
    send,
  };
}

/** Two frames on, the browser has painted what is there now; a page that does not paint never calls. */
export function afterPaint(callback: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(callback));
}
