import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { type DetailedPeerCertificate, TLSSocket } from 'node:tls';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { errorCode, VarcoError } from '../../../shared/errors.ts';
import { answeredCode, httpStatusOf, sendRefusal } from '../../http-status.ts';
import type { Log } from '../../log.ts';
import { securityHeaders } from '../../security-headers.ts';
import type { CardListenerConfig } from './card-config.ts';
import type { Cards } from './cards.ts';
import type { CardProblem } from './certificate-check.ts';

/** Bound on certificates presented by a browser, the card's included. */
const PRESENTED_MAX = 4;

const startSchema = z.object({ start: z.unknown().transform(String) });

/** What the listener needs from `server/login`. */
export interface ClientCertificateListenerDeps {
  config: CardListenerConfig;
  cards: Cards;
  log: Log;
  /** Issues the ticket that logs the card's owner in on the main site. */
  issueTicket(body: CardTicket): Promise<string>;
  recordFailure(request: FastifyRequest, problem: CardProblem | 'cardMissing'): Promise<void>;
}

/** The identity on a card, for the login that began with `start`. */
export interface CardTicket {
  start: string;
  codiceFiscale: string;
  name?: string | undefined;
  assurance: 1 | 2 | 3;
}

/**
 * The listener that requests a card's certificate. It is separate so that no other page of the site makes a
 * browser ask for a certificate. It knows no sessions and hands over by a ticket that works once.
 */
export class ClientCertificateListener {
  readonly #deps: ClientCertificateListenerDeps;
  #http: FastifyInstance | undefined;
  #origin = '';

  constructor(deps: ClientCertificateListenerDeps) {
    this.#deps = deps;
  }

  /** The origin at which browsers present their card. */
  get origin(): string {
    return this.#origin;
  }

  /**
   * Listens.
   *
   * @param site the main site's origin, to which the browser is led back.
   * @throws VarcoError `cardFilesUnusable`, `portInUse`.
   */
  async start(site: string): Promise<void> {
    const { config, cards } = this.#deps;
    const [cert, key] = await Promise.all([
      readFile(config.certificateFile),
      readFile(config.keyFile),
    ]).catch((cause: unknown) => {
      const why = errorCode(cause);
      const message = `The card listener's certificate or key can't be read (${why})`;
      throw new VarcoError('cardFilesUnusable', message, { cause });
    });
    const http = fastify({
      logger: false,
      requestTimeout: 10_000,
      forceCloseConnections: true,
      https: {
        cert,
        key,
        ca: cards.authorityPems,
        minVersion: 'TLSv1.2' as const,
        requestCert: true,
        // The certificate is checked here and not by TLS, so that a page can explain what is wrong with it.
        rejectUnauthorized: false,
      },
    }) as unknown as FastifyInstance;
    const headers = securityHeaders('https:');
    http.addHook('onRequest', async (_request, reply) => {
      reply.headers(headers);
    });
    http.setErrorHandler((error, _request, reply) =>
      reply.code(httpStatusOf(error)).send({ code: answeredCode(error) }),
    );
    http.get('/login/card', async (request, reply) => {
      const query = await this.#answer(request);
      return reply
        .headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
        .redirect(`${site}/login/card/done?${query}`, 303);
    });
    http.setNotFoundHandler((_request, reply) => sendRefusal(reply, 'notFound'));
    this.#http = http;
    try {
      await http.listen({ host: config.address, port: config.port });
    } catch (cause) {
      throw new VarcoError('portInUse', `The card listener can't listen (${errorCode(cause)})`, {
        cause,
      });
    }
    const { port } = http.server.address() as AddressInfo;
    this.#origin = config.origin ?? `https://localhost:${port}`;
  }

  async stop(): Promise<void> {
    await this.#http?.close();
  }

  async #answer(request: FastifyRequest): Promise<URLSearchParams> {
    const { cards, issueTicket, recordFailure } = this.#deps;
    const { start } = startSchema.parse(request.query);
    const { socket } = request.raw;
    const presented = socket instanceof TLSSocket ? presentedBy(socket) : [];
    const outcome =
      presented.length === 0
        ? { ok: false as const, problem: 'cardMissing' as const }
        : await cards.check(presented);
    if (!outcome.ok) {
      await recordFailure(request, outcome.problem);
      return new URLSearchParams({ problem: outcome.problem });
    }
    const { codiceFiscale, name, assurance } = outcome;
    const body = { start, codiceFiscale, name, assurance };
    return new URLSearchParams({ ticket: await issueTicket(body) });
  }
}

/** The certificates presented on this connection, in DER, the proven one first. */
function presentedBy(socket: TLSSocket): Uint8Array[] {
  const found: Uint8Array[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw && found.length < PRESENTED_MAX) {
    found.push(next.raw);
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return found;
}
