import type { Clock } from '../../shared/clock.ts';
import { errorCode } from '../../shared/errors.ts';
import type { OutcomeCounts } from '../../shared/protocol/kiosk-status.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { FactQueue } from '../facts/fact-queue.ts';
import type { ServerCalls } from '../link/kiosk-link.ts';
import type { GateList } from '../list/gate-list.ts';
import type { KioskLog } from '../log.ts';
import type { Effect } from '../session/state.ts';

/** What a session asks: about a codice fiscale, or about the one-time code that follows. */
export type Question = Effect & { name: 'verify' | 'verifyCode' };

/** A verdict; `source` says that it is the list's. */
export interface Answer {
  verdict: Verdict;
  source?: 'list' | undefined;
}

export interface VerdictClientDeps {
  link: ServerCalls;
  /** Absent: only the server answers. */
  list?: Pick<GateList, 'decide'> | undefined;
  /** How long a person waits for the server before the list is asked, in milliseconds. */
  budgetMs?: number | undefined;
  facts: Pick<FactQueue, 'add'>;
  clock: Clock;
  log: KioskLog;
  /** How long a call to the server may take, in milliseconds. */
  answerMs: () => number;
  isLinkUp: () => boolean;
}

const NO_ANSWER: Verdict = { outcome: 'unconfirmed', reason: 'unavailable' };

/** Codes of a call that mean that the server can't be reached: the list may answer. */
const unreachable: readonly string[] = ['closed', 'timeout', 'unavailable', 'busy', 'internal'];

/**
 * Answers a session's questions. The server is asked first and has its budget; the list answers when the
 * server can't be reached or is too slow. A late answer of the server is dropped: the fact made from the
 * list carries the same request id, so that the server sees that both are one event.
 */
export class VerdictClient {
  readonly #deps: VerdictClientDeps;
  /** Answers given since the start, by outcome. */
  readonly counts: OutcomeCounts = {
    granted: 0,
    denied: 0,
    unconfirmed: 0,
    otpRequired: 0,
    throttled: 0,
  };
  #unanswered = 0;

  constructor(deps: VerdictClientDeps) {
    this.#deps = deps;
  }

  /** Questions in a row that had no answer although the link was up. */
  get unanswered(): number {
    return this.#unanswered;
  }

  /**
   * Never rejects: when nobody can answer, the verdict is `unconfirmed`.
   *
   * @param isAwaited whether the session still waits for this answer. A verdict of the list is kept as a
   * fact, durably, before it is given; one that nobody waits for is no fact.
   */
  async answer(question: Question, isAwaited: () => boolean): Promise<Answer> {
    let answer: Answer = { verdict: NO_ANSWER };
    try {
      answer = await this.#race(question, isAwaited);
      this.#unanswered = 0;
    } catch (error) {
      this.#unanswered += this.#deps.isLinkUp() ? 1 : 0;
      this.#deps.log.warn({ event: 'verifyFailed', code: errorCode(error) }, 'no verdict');
    }
    this.counts[answer.verdict.outcome] += 1;
    return answer;
  }

  /** A one-time code is the server's alone to check. */
  async #race(question: Question, isAwaited: () => boolean): Promise<Answer> {
    const { list, budgetMs = 0, facts } = this.#deps;
    if (!list || question.name === 'verifyCode') {
      return { verdict: await this.#askServer(question) };
    }
    const verdict = await this.#serverWithin(budgetMs, question);
    if (verdict) {
      return { verdict };
    }
    const fact = await list.decide(question);
    if (isAwaited()) {
      await facts.add(fact);
    }
    return { verdict: fact.verdict, source: 'list' };
  }

  /**
   * The server's verdict, or nothing once it can't be reached or its budget is spent.
   *
   * @throws CallError when the server was reached and would not answer.
   */
  #serverWithin(budgetMs: number, question: Question): Promise<Verdict | undefined> {
    return new Promise((resolve, reject) => {
      const cancel = this.#deps.clock.after(budgetMs, () => resolve(undefined));
      this.#askServer(question)
        .finally(cancel)
        .then(resolve, (error: unknown) =>
          unreachable.includes(errorCode(error)) ? resolve(undefined) : reject(error),
        );
    });
  }

  async #askServer(question: Question): Promise<Verdict> {
    const { link, answerMs } = this.#deps;
    const { requestId, credentialId } = question;
    if (question.name === 'verifyCode') {
      const request = { requestId, credentialId, code: question.code };
      return (await link.call('VerifyCode', request, answerMs())).verdict;
    }
    const { codiceFiscale, liveIssuedAt } = question;
    const request = { requestId, credentialId, codiceFiscale, liveIssuedAt };
    return (await link.call('Verify', request, answerMs())).verdict;
  }
}
