import type { FastifyReply } from 'fastify';
import { type ErrorCode, errorCodes } from '../shared/error-codes.ts';
import { VarcoError } from '../shared/errors.ts';

/**
 * The HTTP status of the answer that an error ends, the same from the API and the pages: the code's for
 * an error of ours; for one of fastify's (a body too large or not JSON) its own; else 500.
 */
export function httpStatusOf(error: unknown): number {
  if (error instanceof VarcoError) {
    const code: ErrorCode = error.code;
    return errorCodes[code].status;
  }
  const own = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof own === 'number' && own >= 400 && own < 600 ? own : 500;
}

/** What is answered for an error that is none of ours, by its status. */
const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  404: 'notFound',
  408: 'requestTimeout',
  413: 'tooLarge',
  415: 'mediaTypeUnsupported',
  431: 'headersTooLarge',
  503: 'unavailable',
};

/**
 * The code that the answer names: ours, of a closed list, also where fastify refused. A fault says no more
 * than `internal`; what may pass (`unavailable`, `overloaded`) says so.
 */
export function answeredCode(error: unknown): ErrorCode {
  const status = httpStatusOf(error);
  if (error instanceof VarcoError) {
    const code: ErrorCode = error.code;
    return status === 500 ? 'internal' : code;
  }
  return codeOfStatus[status] ?? (status >= 500 ? 'internal' : 'requestInvalid');
}

/** Refuses a program's request with a code, its status, and whatever else the program reads. */
export function sendRefusal(reply: FastifyReply, code: ErrorCode, more: object = {}): FastifyReply {
  return reply.code(errorCodes[code].status).send({ code, ...more });
}
