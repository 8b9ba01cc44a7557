import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Clock } from '../../../shared/clock.ts';
import { errorCode } from '../../../shared/errors.ts';
import {
  ENROL_PATH,
  type EnrolAnswer,
  type EnrolFailureCode,
  type EnrolRequest,
  enrolMessage,
  enrolRequestSchema,
} from '../../../shared/protocol/enrolment-messages.ts';
import { placeOf } from '../../guessing/network-share.ts';
import { sendRefusal } from '../../http-status.ts';
import type { Keyring } from '../../keys/keyring.ts';
import type { Log } from '../../log.ts';
import { access } from '../../route-access.ts';
import { isSignedBy } from '../link/kiosk-proof.ts';
import { LINK_PATH } from '../link/kiosk-sockets.ts';
import { defaultSocketLimits } from '../link/link-limits.ts';
import type { LinkListener } from '../link/link-listener.ts';

/** Enrolments that are looked at together, of everybody and of one network; one more is `busy`. */
const AT_ONCE_MAX = 32;
const AT_ONCE_PER_NETWORK_MAX = 8;
/** Answers that are remembered for a kiosk that didn't hear them, at most, and for how long. */
const REMEMBERED_MAX = 256;
const REMEMBERED_MS = 120_000;

export interface EnrolRouteDeps {
  listener: Pick<LinkListener, 'enrol'>;
  keyring: Keyring;
  /** The hosts whose codes the gates read. */
  hosts: readonly string[];
  clock: Clock;
  log: Log;
}

/**
 * `POST /enrol`: a kiosk without a place shows its code and its new public key, signed by that key over
 * the host that it asked, and is given its place. The code is the fleet's to judge; the same code with
 * the same key within two minutes gets the same answer, for the first may have been lost on its way.
 */
export function registerEnrolment(http: FastifyInstance, deps: EnrolRouteDeps): void {
  const { clock, log } = deps;
  const answers = new Remembered(clock);
  const atOnce = new AtOnce();
  const refuse = (reply: FastifyReply, code: EnrolFailureCode | 'requestInvalid') =>
    sendRefusal(reply, code, { serverTime: clock.now() });

  http.post(ENROL_PATH, { ...access('public'), bodyLimit: 4_096 }, async (request, reply) => {
    reply.header('cache-control', 'no-store');
    const parsed = enrolRequestSchema.safeParse(request.body);
    if (!parsed.success) {
      return refuse(reply, 'requestInvalid');
    }
    const asked = parsed.data;
    if (!isProven(asked, (request.headers.host ?? '').toLowerCase(), clock.now())) {
      return refuse(reply, 'proofRefused');
    }
    const known = answers.find(asked);
    if (known) {
      return { ...known, serverTime: clock.now() };
    }
    const end = atOnce.begin(placeOf(request.ip).share);
    if (!end) {
      return refuse(reply, 'busy');
    }
    try {
      const outcome = await deps.listener.enrol?.(asked, { address: request.ip });
      if (!outcome?.ok) {
        return refuse(reply, outcome?.code ?? 'unavailable');
      }
      const answer: EnrolAnswer = {
        ...outcome.answer,
        linkPath: LINK_PATH,
        hosts: [...deps.hosts],
        credentialKeys: deps.keyring.credentialKeys(),
        serverTime: clock.now(),
      };
      answers.keep(asked, answer);
      log.info({ kiosk: answer.kioskId }, 'a kiosk was enrolled');
      return answer;
    } catch (error) {
      log.error({ code: errorCode(error) }, 'an enrolment failed');
      return refuse(reply, 'unavailable');
    } finally {
      end();
    }
  });
}

/** Whoever asks holds the key it brings, and asked this host, now. */
function isProven(asked: EnrolRequest, host: string, now: number): boolean {
  const isNow = Math.abs(now - asked.time) <= defaultSocketLimits.clockSkewMaxMs;
  return isNow && isSignedBy(asked.publicKey, enrolMessage(host, asked), asked.signature);
}

/** The enrolments under way: many at once, few of them from one network. */
class AtOnce {
  readonly #byShare = new Map<string, number>();
  #all = 0;

  /** @returns ends it; undefined: too many are under way. */
  begin(share: string): (() => void) | undefined {
    const own = this.#byShare.get(share) ?? 0;
    if (this.#all >= AT_ONCE_MAX || own >= AT_ONCE_PER_NETWORK_MAX) {
      return undefined;
    }
    this.#all += 1;
    this.#byShare.set(share, own + 1);
    return () => {
      const left = (this.#byShare.get(share) ?? 1) - 1;
      this.#all -= 1;
      if (left > 0) {
        this.#byShare.set(share, left);
      } else {
        this.#byShare.delete(share);
      }
    };
  }
}

/** The last answers by code and key, in memory alone. */
class Remembered {
  readonly #clock: Clock;
  readonly #answers = new Map<string, { answer: EnrolAnswer; at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find({ code, publicKey }: EnrolRequest): EnrolAnswer | undefined {
    const found = this.#answers.get(`${code} ${publicKey}`);
    return found && this.#clock.monotonic() - found.at < REMEMBERED_MS ? found.answer : undefined;
  }

  keep({ code, publicKey }: EnrolRequest, answer: EnrolAnswer): void {
    const [oldest] = this.#answers.keys();
    if (this.#answers.size >= REMEMBERED_MAX && oldest !== undefined) {
      this.#answers.delete(oldest);
    }
    this.#answers.set(`${code} ${publicKey}`, { answer, at: this.#clock.monotonic() });
  }
}
