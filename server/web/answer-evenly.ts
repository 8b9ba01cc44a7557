import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../shared/clock.ts';
import type { EvenAnswers } from '../guessing/even-answers.ts';

/** A route's last step before its answer leaves. */
export type AnswerHook = (
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
) => Promise<unknown>;

/** What a route does before its answer leaves, whatever the answer is: it waits for its time. */
export function answerEvenly(
  deps: { clock: Clock; evenAnswers: EvenAnswers },
  everyMs: number,
): { onSend: AnswerHook } {
  const { clock, evenAnswers } = deps;
  return {
    async onSend(_request, reply, payload) {
      await evenAnswers.hold(clock.monotonic() - reply.elapsedTime, everyMs);
      return payload;
    },
  };
}
