import fastify, { type FastifyInstance } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { Display, DisplayEvents, Health } from '../ports.ts';
import {
  noPages,
  type PaintState,
  pagesChanged,
  painted,
  paintState,
  sent,
} from './paint-watch.ts';

/** The config of the `page` display. Port 0 takes any free port. */
export const pageDisplayConfigSchema = z.strictObject({
  driver: z.literal('page'),
  port: z.number().int().min(0).max(65_535).default(8_080),
  /** The screen as mounted, in millimetres: it sets the size of letters (EN 301 549 §5.1.4). */
  glass: z
    .strictObject({
      widthMm: z.number().min(40).max(3_000),
      viewingMm: z.number().min(200).max(3_000).default(600),
    })
    .optional(),
});
export type PageDisplayConfig = z.infer<typeof pageDisplayConfigSchema>;

/** A file of the page, held in memory. */
export interface PageAsset {
  path: string;
  type: string;
  body: string;
}

export interface PageDisplayDeps {
  assets: readonly PageAsset[];
  clock: Clock;
  /** Called with the page's URL once it is served. */
  ready?: (url: string) => void;
  /** How often a page is asked to paint, and how long painting may take; in milliseconds. */
  times?: { beatMs: number; paintMsMax: number };
  /** Further WebSocket paths on the same server; the demo's tray uses one. */
  sockets?: Readonly<Record<string, (socket: WebSocket) => void>>;
}

const LOOPBACK = '127.0.0.1';
const CLIENTS_MAX = 8;
const defaultTimes = { beatMs: 5_000, paintMsMax: 15_000 };
const MESSAGE_BYTES_MAX = 1_024;

/** What the page sends. */
const fromPageSchema = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('key'),
    key: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('character'), character: z.string().regex(/^[A-Z0-9*#]$/) }),
      z.strictObject({
        kind: z.enum([
          'backspace',
          'clear',
          'confirm',
          'accept',
          'end',
          'help',
          'language',
          'repeat',
          'privacy',
          'contrast',
          'largeText',
          'volume',
        ]),
      }),
    ]),
  }),
  z.strictObject({ name: z.literal('painted'), sequence: z.number().int().nonnegative() }),
]);

/**
 * The page display: a small server on loopback for a browser in kiosk mode, and a WebSocket on `/screen`
 * that pushes every screen and receives touch keys and paint acknowledgements. Every few seconds a beat
 * asks the page to paint even if nothing changed; a connected page that does not paint is `failing`.
 * `GET /painting` answers the same as a JSON string, for the program that runs the browser
 * (browser-keeper.ts).
 *
 * Requests are answered only if their Host header names this server, and sockets only if their Origin
 * does, so that no other site in the same browser can reach the page (DNS rebinding).
 */
export class PageDisplay implements Display {
  readonly #config: PageDisplayConfig;
  readonly #deps: PageDisplayDeps;
  #app: FastifyInstance | undefined;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_BYTES_MAX });
  readonly #extraSockets = new WebSocketServer({ noServer: true, maxPayload: 8 << 20 });
  #events: DisplayEvents | undefined;
  #sequence = 0;
  #last = '';
  #watch = noPages;
  #lastState = '';
  #cancelBeat: (() => void) | undefined;
  readonly #times: NonNullable<PageDisplayDeps['times']>;

  constructor(config: PageDisplayConfig, deps: PageDisplayDeps) {
    this.#config = config;
    this.#deps = deps;
    this.#times = deps.times ?? defaultTimes;
  }

  /** @throws VarcoError `portInUse`, `portUnusable`. */
  async start(events: DisplayEvents): Promise<void> {
    this.#events = events;
    const app = fastify({ logger: false, forceCloseConnections: true });
    this.#app = app;
    app.addHook('onRequest', async (request, reply) => {
      if (request.headers.host !== this.#authority()) {
        await reply.code(421).send('This server answers on loopback only.\n');
      }
    });
    app.addHook('onSend', async (_request, reply) => {
      reply.headers(securityHeaders);
    });
    for (const asset of this.#deps.assets) {
      app.get(asset.path, (_request, reply) => reply.type(asset.type).send(asset.body));
    }
    app.get('/painting', (_request, reply) =>
      reply.type('application/json').send(JSON.stringify(this.#state())),
    );
    app.server.on('upgrade', (request, socket, head) => {
      const path = request.url ?? '';
      const extra = this.#deps.sockets?.[path];
      const known = path === '/screen' || extra !== undefined;
      const isSameOrigin = request.headers.origin === `http://${this.#authority()}`;
      if (!known || !isSameOrigin || this.#sockets.clients.size >= CLIENTS_MAX) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
        return;
      }
      const server = extra ? this.#extraSockets : this.#sockets;
      server.handleUpgrade(request, socket, head, (page) => (extra ?? this.#join)(page));
    });
    try {
      await app.listen({ host: LOOPBACK, port: this.#config.port });
    } catch (cause) {
      const code = errorCode(cause);
      throw new VarcoError(
        code === 'EADDRINUSE' ? 'portInUse' : 'portUnusable',
        `The page can't be served on port ${this.#config.port} (${code})`,
        { cause },
      );
    }
    this.#deps.ready?.(`http://${this.#authority()}/`);
    this.#beat();
  }

  async stop(): Promise<void> {
    this.#cancelBeat?.();
    for (const page of [...this.#sockets.clients, ...this.#extraSockets.clients]) {
      page.terminate();
    }
    await this.#app?.close();
    this.#app = undefined;
  }

  show(screen: unknown): void {
    const { glass } = this.#config;
    const sequence = this.#next();
    this.#last = JSON.stringify({ sequence, screen, glass });
    this.#send(this.#last);
  }

  #beat(): void {
    this.#reportState();
    this.#send(JSON.stringify({ sequence: this.#next() }));
    this.#cancelBeat = this.#deps.clock.after(this.#times.beatMs, () => this.#beat());
  }

  #next(): number {
    this.#sequence += 1;
    this.#watch = sent(this.#watch, this.#sequence, this.#deps.clock.monotonic());
    return this.#sequence;
  }

  #send(text: string): void {
    for (const page of this.#sockets.clients) {
      page.send(text);
    }
  }

  #authority(): string {
    const address = this.#app?.server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    return `${LOOPBACK}:${port ?? this.#config.port}`;
  }

  readonly #join = (page: WebSocket): void => {
    page.on('error', () => page.terminate());
    page.on('message', (data, isBinary) => this.#onMessage(page, isBinary ? '' : data.toString()));
    page.on('close', () => this.#noteClients());
    this.#noteClients();
    if (this.#last) {
      page.send(this.#last);
    }
  };

  #noteClients(): void {
    this.#watch = pagesChanged(this.#watch, this.#sockets.clients.size);
    this.#reportState();
  }

  #state(): PaintState {
    return paintState(this.#watch, this.#deps.clock.monotonic(), this.#times.paintMsMax);
  }

  /** Reports the page's health if it has changed. */
  #reportState(): void {
    const { clock } = this.#deps;
    const since = clock.now();
    const state = this.#state();
    if (state !== this.#lastState) {
      this.#lastState = state;
      const healths: Record<typeof state, Health> = {
        alone: { state: 'lost', since, reason: 'noPage' },
        painting: { state: 'ready', since },
        stuck: { state: 'failing', since, reason: 'pageStuck' },
      };
      this.#events?.health(healths[state]);
    }
  }

  #onMessage(page: WebSocket, text: string): void {
    const message = fromPageSchema.safeParse(parseJson(text));
    if (!message.success) {
      page.close(1008, 'not a message of this page');
      return;
    }
    if (message.data.name === 'key') {
      this.#events?.key(message.data.key);
    } else {
      this.#watch = painted(this.#watch, message.data.sequence);
      this.#reportState();
      this.#events?.painted(message.data.sequence);
    }
  }
}

/** Nothing loads from elsewhere, nothing is cached, and no site can frame the page. */
const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
