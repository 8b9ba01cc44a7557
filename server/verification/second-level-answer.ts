import type { Verdict } from '../../shared/verdict.ts';
import type { IssueResult, RedeemResult } from '../guessing/one-time-code-store.ts';
import type { AreaDetail } from './area-detail.ts';

/**
 * - `sent`: mailed. `codeSent`: the citizen has a code, a new one or the one of a moment ago; another may be
 *   asked for after `resendAfterMs`.
 * - `wrongCode`: with the tries that are left. `codeNotSent`: the message did not leave, so no code is good.
 * - `codesLocked`: too many wrong codes of this person by this operator; the citizen has been warned.
 * - `messageThrottled`: the citizen was sent too many codes lately, so none was sent now.
 * - `throttled`: too many wrong codici fiscali; `needs` as in a gate's verdict.
 */
export type SecondLevelAnswer =
  | { outcome: 'sent' }
  | { outcome: 'codeSent'; expiresInMs: number; triesLeft: number; resendAfterMs: number }
  | { outcome: 'shown'; detail: AreaDetail[] }
  | { outcome: 'refused'; reason: 'notRecognised' | 'codeSpent' | 'codeNotSent' }
  | { outcome: 'refused'; reason: 'wrongCode'; triesLeft: number; expiresInMs: number }
  | { outcome: 'codesLocked' | 'tooSoon' | 'messageThrottled'; retryAfterMs: number }
  | { outcome: 'throttled'; retryAfterMs: number; needs?: 'liveCode' | undefined }
  | { outcome: 'unavailable' };

/** What a gate that can't send a code now asks the person to wait, in milliseconds. */
const MESSAGES_WAIT_MS = 300_000;

/** What an operator's request for a code came to. Pure. */
export function issueAnswer(issued: IssueResult): SecondLevelAnswer {
  switch (issued.result) {
    case 'issued':
    case 'repeated': {
      const { expiresInMs, triesLeft, resendAfterMs } = issued;
      return { outcome: 'codeSent', expiresInMs, triesLeft, resendAfterMs };
    }
    case 'locked':
      return { outcome: 'codesLocked', retryAfterMs: issued.retryAfterMs };
    case 'tooSoon':
      return { outcome: 'tooSoon', retryAfterMs: issued.retryAfterMs };
    case 'throttled':
      return { outcome: 'messageThrottled', retryAfterMs: MESSAGES_WAIT_MS };
    case 'unavailable':
      return { outcome: 'unavailable' };
  }
}

/** What a gate shows when a code was asked for. Pure. */
export function issueVerdict(issued: IssueResult): Verdict {
  switch (issued.result) {
    case 'issued':
    case 'repeated': {
      const { expiresInMs, triesLeft } = issued;
      return { outcome: 'otpRequired', expiresInMs, triesLeft };
    }
    case 'locked':
    case 'tooSoon':
      return { outcome: 'throttled', retryAfterMs: issued.retryAfterMs };
    case 'throttled':
      return { outcome: 'throttled', retryAfterMs: MESSAGES_WAIT_MS };
    case 'unavailable':
      return { outcome: 'unconfirmed', reason: 'unavailable' };
  }
}

type Unaccepted = Exclude<RedeemResult, { result: 'accepted' }>;

/** Why a code that an operator typed was not accepted. Pure. */
export function redeemAnswer(redeemed: RedeemResult): SecondLevelAnswer {
  switch (redeemed.result) {
    case 'wrong': {
      const { triesLeft, expiresInMs } = redeemed;
      return triesLeft > 0
        ? { outcome: 'refused', reason: 'wrongCode', triesLeft, expiresInMs }
        : { outcome: 'refused', reason: 'codeSpent' };
    }
    case 'locked':
      return { outcome: 'codesLocked', retryAfterMs: redeemed.retryAfterMs };
    case 'waiting':
    case 'failed':
      return { outcome: 'refused', reason: 'codeNotSent' };
    default:
      return { outcome: 'refused', reason: 'codeSpent' };
  }
}

/** What a gate shows when a code was not accepted. Pure. */
export function redeemVerdict(redeemed: Unaccepted): Verdict {
  switch (redeemed.result) {
    case 'wrong': {
      const { triesLeft, expiresInMs } = redeemed;
      return triesLeft > 0
        ? { outcome: 'otpRequired', expiresInMs, triesLeft }
        : { outcome: 'denied', reason: 'notRecognised' };
    }
    case 'locked':
      return { outcome: 'throttled', retryAfterMs: redeemed.retryAfterMs };
    case 'waiting':
    case 'failed':
      return { outcome: 'unconfirmed', reason: 'unavailable' };
    default:
      return { outcome: 'denied', reason: 'notRecognised' };
  }
}
