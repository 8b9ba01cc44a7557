import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorCodes } from '../../../shared/error-codes.ts';
import { OVERLOADED_RETRY_MS } from '../../login/hash-queue.ts';
import { languageOf } from '../request-language.ts';
import type { LoginDeps } from './login-deps.ts';
import { loginWords } from './login-words.ts';
import type { LoginProblem } from './words/words.ts';

/** Says kindly why a login came to nothing, and leads back to where it can be tried again. */
export function sendLoginProblem(
  { pages }: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: LoginProblem,
  more: { door?: '/login' | '/login/staff'; to?: string | undefined; retryAfterMs?: number } = {},
): FastifyReply {
  const words = loginWords[languageOf(request)];
  const { title, text } = words.problems[problem];
  const { door = '/login', to, retryAfterMs } = more;
  if (retryAfterMs !== undefined) {
    reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  }
  const body = (
    <>
      <h1>{title}</h1>
      <p class="lead">{text}</p>
      {retryAfterMs !== undefined && <p>{words.retryIn(Math.ceil(retryAfterMs / 60_000))}</p>}
      <p>
        <a class="btn btn-primary" href={withTo(door, to)}>
          {words.again}
        </a>
      </p>
    </>
  );
  return pages.send(request, reply, { title, body, status: errorCodes[problem].status });
}

/** Says that too many log in at once, and when to come back. */
export function sendOverloaded(
  deps: LoginDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  door: '/login' | '/login/staff',
  to: string | undefined,
): FastifyReply {
  const more = { door, to, retryAfterMs: OVERLOADED_RETRY_MS };
  return sendLoginProblem(deps, request, reply, 'overloaded', more);
}

/** An address that remembers where its visitor wanted to go. */
export function withTo(path: string, to: string | undefined): string {
  return to === undefined ? path : `${path}?${new URLSearchParams({ to })}`;
}
