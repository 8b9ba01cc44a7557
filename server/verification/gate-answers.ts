import type { Clock } from '../../shared/clock.ts';
import type { AnswerTimes, EvenAnswers } from '../guessing/even-answers.ts';
import type { Answer } from './answer.ts';
import type { SecondLevel } from './second-level.ts';
import type { Verification, VerifyRequest } from './verification.ts';

/** Longer than this no gate is kept waiting: an answer after half a second makes a queue (domain §8). */
const HELD_MS_MAX = 400;

/**
 * What gates are answered, when its time has come: a refusal takes as long whatever its cause. With an
 * external source of statuses every answer is held, since the source is asked about some people only.
 */
export class GateAnswers {
  readonly #verification: Pick<Verification, 'verify' | 'requiresLiveCode'>;
  readonly #secondLevel: Pick<SecondLevel, 'verifyCodeAtGate'>;
  readonly #evenAnswers: EvenAnswers;
  readonly #clock: Clock;
  readonly #refusalMs: number;
  readonly #otherMs: number;

  constructor(deps: {
    verification: Pick<Verification, 'verify' | 'requiresLiveCode'>;
    secondLevel: Pick<SecondLevel, 'verifyCodeAtGate'>;
    evenAnswers: EvenAnswers;
    clock: Clock;
    answerTimes: AnswerTimes;
    /** Whether an external source is asked. */
    isUpstream: boolean;
  }) {
    this.#verification = deps.verification;
    this.#secondLevel = deps.secondLevel;
    this.#evenAnswers = deps.evenAnswers;
    this.#clock = deps.clock;
    const { refusalMs, upstreamMs } = deps.answerTimes;
    this.#refusalMs = deps.isUpstream ? upstreamMs : refusalMs;
    this.#otherMs = deps.isUpstream ? upstreamMs : 0;
  }

  requiresLiveCode(policy: string): boolean {
    return this.#verification.requiresLiveCode(policy);
  }

  /** As {@link Verification.verify}. */
  verify(request: VerifyRequest): Promise<Answer> {
    return this.#hold(this.#clock.monotonic(), this.#verification.verify(request));
  }

  /** As {@link SecondLevel.verifyCodeAtGate}. */
  verifyCodeAtGate(one: Parameters<SecondLevel['verifyCodeAtGate']>[0]): Promise<Answer> {
    return this.#hold(this.#clock.monotonic(), this.#secondLevel.verifyCodeAtGate(one));
  }

  async #hold(askedAt: number, work: Promise<Answer>): Promise<Answer> {
    const answer = await work;
    const everyMs = isRefusal(answer) ? this.#refusalMs : this.#otherMs;
    if (everyMs > 0 && this.#clock.monotonic() - askedAt < HELD_MS_MAX) {
      await this.#evenAnswers.hold(askedAt, everyMs);
    }
    return answer;
  }
}

/** Whether a verdict hides its cause. */
function isRefusal({ verdict }: Answer): boolean {
  const isDenied = verdict.outcome === 'denied' && verdict.reason === 'notRecognised';
  return isDenied || verdict.outcome === 'throttled';
}
