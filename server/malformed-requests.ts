import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type ErrorCode, errorCodes } from '../shared/error-codes.ts';
import { VarcoError } from '../shared/errors.ts';

type Headers = Readonly<Record<string, string>>;

/** Deeper than any form or call is, and than a recursion should go. */
const DEPTH_MAX = 32;

/**
 * What no route takes is refused before any of them sees it: a type of body that none reads, a body that is
 * no set of fields, and the NUL that PostgreSQL stores in no text.
 *
 * @param headers of every answer.
 */
export function refuseMalformed(http: FastifyInstance, headers: Headers): void {
  // Fastify reads text by itself; no route of ours does.
  http.removeContentTypeParser('text/plain');
  http.addHook('onRequest', (request, _reply, done) => {
    const { host } = request.headers;
    const isWhole = host !== undefined && host !== '' && !hasNul(request.params);
    done(isWhole && !hasNul(request.query) ? undefined : malformed());
  });
  http.addHook('preValidation', (request, _reply, done) => {
    const { body } = request;
    const isFields = typeof body === 'object' && !Array.isArray(body) && !hasNul(body);
    done(body === undefined || isFields ? undefined : malformed());
  });
  http.server.on('checkExpectation', (_request, response) => {
    response.writeHead(417, { ...headers, connection: 'close' }).end();
  });
}

/** Whether a text in there holds a NUL, or the nesting has no end. Pure. */
export function hasNul(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') {
    return value.includes('\0');
  }
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  return (
    depth >= DEPTH_MAX ||
    Object.entries(value).some(([name, one]) => name.includes('\0') || hasNul(one, depth + 1))
  );
}

/** @returns the error for a request that cannot be what any route takes. */
export function malformed(): VarcoError {
  return new VarcoError('requestInvalid', 'The request is not one that this server can read');
}

/**
 * Answers what Node could not read as HTTP, with the headers of any other answer: nothing behind it can.
 *
 * @param headers of every answer.
 */
export function answerUnreadable(
  error: NodeJS.ErrnoException,
  socket: Socket,
  headers: Headers,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) {
    return;
  }
  const code = unreadable[error.code ?? ''] ?? 'requestInvalid';
  const { status } = errorCodes[code];
  const body = JSON.stringify({ code });
  const lines = Object.entries({
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': `${body.length}`,
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  if (socket.writable) {
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  }
  socket.destroy(error);
}

const unreadable: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'headersTooLarge',
  ERR_HTTP_REQUEST_TIMEOUT: 'requestTimeout',
};
