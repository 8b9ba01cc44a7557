import type { Verdict } from '../../shared/verdict.ts';
import type { KioskLink } from '../kiosk-options.ts';
import type { Offline, RoutedAnswer } from '../list/gate-list.ts';
import type { Effect } from '../session/state.ts';
import type { CredentialVerifier } from './credential-verifier.ts';

/** What a session asks: of a codice fiscale, or of the one-time code that follows. */
export type Question = Effect & { name: 'verify' | 'verifyCode' };

/** How a session's question is answered: by the server, or where a list may do it, from the list. */
export class VerdictClient {
  readonly #link: KioskLink;
  readonly #offline: Offline | undefined;
  readonly #answerMs: () => number;
  readonly #trust: CredentialVerifier;

  /** @param answerMs how long the server has, in milliseconds. */
  constructor(
    link: KioskLink,
    offline: Offline | undefined,
    answerMs: () => number,
    trust: CredentialVerifier,
  ) {
    this.#link = link;
    this.#offline = offline;
    this.#answerMs = answerMs;
    this.#trust = trust;
  }

  /**
   * The server's answer or, where a list may give it, the list's with its fact, which must be kept before
   * anything follows from it. A one-time code is the server's alone.
   *
   * @throws CallError when neither can answer.
   */
  async answer(question: Question, isLinkUp: boolean): Promise<RoutedAnswer> {
    if (!this.#offline || question.name === 'verifyCode') {
      return { from: 'server', verdict: await this.#ask(question) };
    }
    const { requestId, credentialId, codiceFiscale } = question;
    const request = { requestId, credentialId, codiceFiscale };
    return await this.#offline.verify(request, { ask: () => this.#ask(question), isLinkUp });
  }

  async #ask(question: Question): Promise<Verdict> {
    const { requestId, credentialId } = question;
    const liveIssuedAt = this.#trust.liveIssuedAt(requestId);
    const live = liveIssuedAt === undefined ? {} : { liveIssuedAt };
    const { verdict } =
      question.name === 'verify'
        ? await this.#link.verify(
            { requestId, credentialId, codiceFiscale: question.codiceFiscale, ...live },
            this.#answerMs(),
          )
        : await this.#link.call(
            'VerifyCode',
            { requestId, credentialId, code: question.code },
            this.#answerMs(),
          );
    return verdict;
  }
}
