import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../shared/clock.ts';
import type { LumaFrame } from '../scanner/decode/frame.ts';

/**
 * The source of a simulated camera's frames: a Unix socket that sends frames of 8-bit luma to every
 * camera process that connects (camera-process.ts). Like a camera, it keeps its frame rate and drops
 * frames for a reader that is too slow.
 */
export class CameraFeed {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #frameMs: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #next: () => LumaFrame;
  #shown = 0;
  #isPulled = false;
  #cancel: (() => void) | undefined;

  /** @param options.next returns the next frame. */
  constructor(options: { path: string; clock: Clock; frameMs: number; next: () => LumaFrame }) {
    this.#path = options.path;
    this.#clock = options.clock;
    this.#frameMs = options.frameMs;
    this.#next = options.next;
  }

  async start(): Promise<void> {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      if (this.#isPulled) {
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#path, resolve);
    });
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    for (const socket of this.#sockets) {
      socket.destroy();
    }
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
    await rm(this.#path, { force: true });
  }

  /** Changes what the camera sees, from the next frame on. */
  look(next: () => LumaFrame): void {
    this.#next = next;
    this.#shown = 0;
  }

  /** Frames sent since the last {@link look}. */
  get shown(): number {
    return this.#shown;
  }

  /** Ends every camera process, as a bad contact would; the driver starts another. */
  unplug(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }

  /** Pulls the camera's plug for good, or plugs it in again. */
  pull(isPulled: boolean): void {
    this.#isPulled = isPulled;
    if (isPulled) {
      this.unplug();
    }
  }

  #tick(): void {
    this.#cancel = this.#clock.after(this.#frameMs, () => this.#tick());
    if (this.#sockets.size === 0) {
      return;
    }
    const { data } = this.#next();
    this.#shown += 1;
    for (const socket of this.#sockets) {
      if (socket.writableLength === 0) {
        socket.write(data);
      }
    }
  }
}
