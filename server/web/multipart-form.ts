import type { FastifyRequest } from 'fastify';
import { VarcoError } from '../../shared/errors.ts';
import { httpStatusOf } from '../http-status.ts';
import { malformed } from '../malformed-requests.ts';

/**
 * Reads a form with a file in it. Whatever its parser stumbles over is the sender's fault: it throws plain
 * errors for a form that ends too early or whose parts have no head.
 *
 * @throws VarcoError `mediaTypeUnsupported`, `requestInvalid`; what `read` throws; fastify's own refusals.
 */
export async function readingMultipart<Form>(
  request: FastifyRequest,
  read: () => Promise<Form>,
): Promise<Form> {
  if (!request.isMultipart()) {
    throw new VarcoError('mediaTypeUnsupported', 'This takes a form with a file');
  }
  try {
    return await read();
  } catch (error) {
    throw error instanceof VarcoError || httpStatusOf(error) < 500 ? error : malformed();
  }
}
