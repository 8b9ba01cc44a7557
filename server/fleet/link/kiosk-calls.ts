import type { Clock } from '../../../shared/clock.ts';
import { errorCode } from '../../../shared/errors.ts';
import type { AnswerOf, RequestOf } from '../../../shared/protocol/actions.ts';
import { CallError } from '../../../shared/protocol/call-error.ts';
import type { Verdict } from '../../../shared/verdict.ts';
import type { Log } from '../../log.ts';
import type { FactSource } from '../../offline-list/fact-source.ts';
import type { FactStore } from '../../offline-list/fact-store.ts';
import type { OfflineLists } from '../../offline-list/offline-lists.ts';
import type { Answer } from '../../verification/answer.ts';
import type { SecondLevel } from '../../verification/second-level.ts';
import type { Verification } from '../../verification/verification.ts';
import type { FleetBus } from '../bus/fleet-bus.ts';
import type { Kiosk } from '../places/kiosks.ts';
import { Allowance, type AllowanceRate } from './allowance.ts';

export interface KioskCallsDeps {
  verification: Pick<Verification, 'verify' | 'requiresLiveCode'>;
  secondLevel: Pick<SecondLevel, 'verifyCodeAtGate'>;
  facts: Pick<FactStore, 'acceptSealed'>;
  /** Absent: this server keeps no offline lists. */
  offlineLists?: Pick<OfflineLists, 'head' | 'chunk'> | undefined;
  /** The place of a kiosk with a key, and what its facts can be about; undefined: not read yet. */
  enrolled(kiosk: string): Omit<FactSource, 'id' | 'site' | 'kiosk'> | undefined;
  clock: Pick<Clock, 'now' | 'monotonic'>;
  log: Log;
  bus: FleetBus;
}

/** After weeks without a link a gate delivers thousands at once; then no more than it can decide. */
const FACTS_RATE: AllowanceRate = { burst: 5_000, perSecond: 10, excessMax: 0 };
const FACT_KIOSKS_MAX = 10_000;

/** The calls of an accepted kiosk that other rooms answer, in the shapes of the wire. */
export class KioskCalls {
  readonly #deps: KioskCallsDeps;
  readonly #factAllowances = new Map<string, Allowance>();

  constructor(deps: KioskCallsDeps) {
    this.#deps = deps;
  }

  /** The gate's own part of the answer to a boot. */
  gateOf({ gate: name, policy }: Kiosk): (AnswerOf<'Boot'> & { status: 'accepted' })['gate'] {
    const isLive = this.#deps.verification.requiresLiveCode(policy);
    return { name, policy, liveCode: isLive ? 'required' : undefined };
  }

  verify({ id, site, policy }: Kiosk, request: RequestOf<'Verify'>): Promise<Answer> {
    // Written out: a copy of the request costs more.
    const { requestId, credentialId, codiceFiscale, liveIssuedAt } = request;
    const asker = { id: `kiosk:${id}`, site };
    const asked = { asker, policy, requestId, credentialId, codiceFiscale, liveIssuedAt };
    return this.#answer(id, this.#deps.verification.verify(asked));
  }

  verifyCode({ id, site, policy }: Kiosk, request: RequestOf<'VerifyCode'>): Promise<Answer> {
    const asker = { id: `kiosk:${id}`, site };
    return this.#answer(id, this.#deps.secondLevel.verifyCodeAtGate({ asker, policy, ...request }));
  }

  async listHead({ policy }: Kiosk, request: RequestOf<'ListHead'>): Promise<AnswerOf<'ListHead'>> {
    const { offlineLists } = this.#deps;
    return offlineLists
      ? this.#serve(offlineLists.head(policy, request))
      : { status: 'none', reason: 'off' };
  }

  async listChunk(
    { policy }: Kiosk,
    request: RequestOf<'ListChunk'>,
  ): Promise<AnswerOf<'ListChunk'>> {
    const { offlineLists } = this.#deps;
    if (!offlineLists) {
      throw new CallError('unavailable', 'This server keeps no offline lists');
    }
    return this.#serve(offlineLists.chunk(policy, request));
  }

  async facts(kiosk: Kiosk, { boxes }: RequestOf<'Facts'>): Promise<AnswerOf<'Facts'>> {
    const { id, site } = kiosk;
    const enrolled = this.#deps.enrolled(id);
    if (!enrolled) {
      throw new CallError('unavailable', 'The kiosk is not in the roster yet');
    }
    if (!this.#factAllowance(id).takeAll(boxes.length)) {
      throw new CallError('busy', 'More facts than a gate decides');
    }
    const source = { id: `kiosk:${id}`, site, kiosk: id, ...enrolled };
    return { results: await this.#serve(this.#deps.facts.acceptSealed(source, boxes)) };
  }

  /** One for each kiosk that delivers facts: a new connection brings no new allowance. */
  #factAllowance(kiosk: string): Allowance {
    const { clock } = this.#deps;
    const known =
      this.#factAllowances.get(kiosk) ?? new Allowance(FACTS_RATE, () => clock.monotonic());
    this.#factAllowances.delete(kiosk);
    this.#factAllowances.set(kiosk, known);
    const [oldest] = this.#factAllowances.keys();
    if (this.#factAllowances.size > FACT_KIOSKS_MAX && oldest !== undefined) {
      this.#factAllowances.delete(oldest);
    }
    return known;
  }

  #answer(kiosk: string, answer: Promise<Answer>): Promise<Answer> {
    const from = performance.now();
    return answer.then(
      (result) => {
        this.#count(result.verdict.outcome, from);
        return result;
      },
      (error) => {
        this.#count('unanswered', from);
        const code = errorCode(error);
        this.#deps.log.error({ kiosk, code }, 'no answer to a verification');
        if (code === 'policyUnknown') {
          // The kiosk would ask its list on an error, and open by a policy that was retired.
          const verdict = { outcome: 'unconfirmed', reason: 'unavailable' } as const;
          return { verdict, decidedAt: this.#deps.clock.now() };
        }
        throw new CallError(wireCodes[code] ?? 'internal', 'No answer to a verification');
      },
    );
  }

  #count(outcome: Verdict['outcome'] | 'unanswered', from: number): void {
    const seconds = (performance.now() - from) / 1000;
    void this.#deps.bus.emit('verificationAnswered', { outcome, seconds });
  }

  async #serve<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      const code = errorCode(error);
      if (error instanceof CallError) {
        throw error;
      }
      this.#deps.log.error({ code }, 'a call of a kiosk failed');
      throw new CallError(wireCodes[code] ?? 'internal', 'A call of a kiosk failed');
    }
  }
}

/** A fault of ours, as the wire says it. */
const wireCodes: Record<string, 'busy' | 'unavailable'> = {
  overloaded: 'busy',
  storeUnavailable: 'unavailable',
  storeCorrupt: 'unavailable',
};
