import { createHash, type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { z } from 'zod';
import type { Clock } from '../../../shared/clock.ts';
import { errorCode } from '../../../shared/errors.ts';
import { romeDay } from '../../../shared/rome-day.ts';
import type { Log } from '../../log.ts';
import { statusOn } from '../person-status.ts';
import type { SourceAnswer, StatusSource } from '../status-source.ts';
import { verbaleSchema } from '../verbale.ts';
import { CircuitBreaker } from './circuit-breaker.ts';

/** The registration of this client at the PDND interoperability platform; nothing has a default. */
export interface PdndConfig {
  /** The authorization server's token endpoint. */
  tokenUrl: string;
  /** The `aud` of the client assertion. */
  assertionAudience: string;
  clientId: string;
  /** The id of the public key registered at the platform. */
  keyId: string;
  purposeId: string;
  /** The e-service's base URL, also the `aud` of the tracking evidence. */
  serviceUrl: string;
  /** This system, as the tracking evidence names it. */
  userLocation: string;
}

export interface PdndLimits {
  timeoutMs: number;
  /** A voucher is no longer used this long before it expires. */
  voucherMarginMs: number;
  answerBytesMax: number;
}

export const defaultPdndLimits: PdndLimits = {
  timeoutMs: 2000,
  voucherMarginMs: 30_000,
  answerBytesMax: 262_144,
};

const ASSERTION_LIFE_S = 60;
// The voucher is bound to one piece of evidence by its digest, so the evidence must live as long.
const EVIDENCE_LIFE_S = 3600;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const voucherSchema = z.object({
  access_token: z.string().min(1).max(8192),
  expires_in: z.number().int().positive(),
  token_type: z.string().regex(/^(bearer|dpop)$/i),
});
const answerSchema = z.object({ verbali: z.array(verbaleSchema).max(200) });

interface Voucher {
  token: string;
  evidence: string;
  goodUntil: number;
}

/**
 * Reads a person's status from an e-service of the PDND: OAuth 2.0 client credentials with a signed client
 * assertion (RFC 7521, 7523), bound by digest to the `AgID-JWT-TrackingEvidence` header of each request
 * (pattern AUDIT_REST_02). A failure of any kind is `unavailable`, never `unknown`.
 */
export class PdndSource implements StatusSource {
  readonly name = 'pdnd';
  readonly #config: PdndConfig;
  readonly #key: KeyObject;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #limits: PdndLimits;
  readonly #breaker: CircuitBreaker;
  #voucher: Promise<Voucher> | undefined;

  constructor(deps: {
    config: PdndConfig;
    /** The client's RSA private key. */
    key: KeyObject;
    clock: Clock;
    log: Log;
    limits?: PdndLimits;
  }) {
    this.#config = deps.config;
    this.#key = deps.key;
    this.#clock = deps.clock;
    this.#log = deps.log;
    this.#limits = deps.limits ?? defaultPdndLimits;
    this.#breaker = new CircuitBreaker({ clock: deps.clock });
  }

  async statusOf(codiceFiscale: string): Promise<SourceAnswer> {
    if (!this.#breaker.allowsCall()) {
      return { kind: 'unavailable' };
    }
    try {
      const answer = await this.#ask(codiceFiscale);
      this.#breaker.recordSuccess();
      return answer;
    } catch (error) {
      this.#breaker.recordFailure();
      // Only the code: an upstream's message may quote the request.
      this.#log.warn({ source: this.name, code: errorCode(error) }, 'source unavailable');
      return { kind: 'unavailable' };
    }
  }

  async #ask(codiceFiscale: string): Promise<SourceAnswer> {
    const first = await this.#call(codiceFiscale, await this.#getVoucher());
    if (first.status !== 401) {
      return this.#read(first);
    }
    // The platform may end a voucher early: retry once with a new one.
    this.#voucher = undefined;
    return this.#read(await this.#call(codiceFiscale, await this.#getVoucher()));
  }

  #call(codiceFiscale: string, voucher: Voucher): Promise<Response> {
    return fetch(`${this.#config.serviceUrl}/verbali`, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(this.#limits.timeoutMs),
      headers: {
        authorization: `Bearer ${voucher.token}`,
        'agid-jwt-trackingevidence': voucher.evidence,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({ codiceFiscale }),
    });
  }

  async #read(response: Response): Promise<SourceAnswer> {
    if (response.status === 404) {
      await response.body?.cancel();
      return { kind: 'unknown' };
    }
    const json = await readJson(response, this.#limits.answerBytesMax);
    const { verbali } = answerSchema.parse(json);
    return { kind: 'known', status: statusOn(verbali, romeDay(this.#clock.now())) };
  }

  /** The cached voucher, or a new one; concurrent callers share one request. */
  async #getVoucher(): Promise<Voucher> {
    const known = await this.#voucher?.catch(() => undefined);
    if (known && known.goodUntil > this.#clock.now()) {
      return known;
    }
    const request = this.#requestVoucher();
    this.#voucher = request;
    request.catch(() => {
      if (this.#voucher === request) {
        this.#voucher = undefined;
      }
    });
    return request;
  }

  async #requestVoucher(): Promise<Voucher> {
    const evidence = await this.#signEvidence();
    const assertion = await this.#signAssertion(evidence);
    const response = await fetch(this.#config.tokenUrl, {
      method: 'POST',
      redirect: 'error',
      signal: AbortSignal.timeout(this.#limits.timeoutMs),
      body: new URLSearchParams({
        client_id: this.#config.clientId,
        client_assertion: assertion,
        client_assertion_type: ASSERTION_TYPE,
        grant_type: 'client_credentials',
      }),
    });
    const json = await readJson(response, this.#limits.answerBytesMax);
    const voucher = voucherSchema.parse(json);
    const lifeS = Math.min(voucher.expires_in, EVIDENCE_LIFE_S);
    const life = lifeS * 1000 - this.#limits.voucherMarginMs;
    return { token: voucher.access_token, evidence, goodUntil: this.#clock.now() + life };
  }

  /** Who asks and why, for the provider's own audit; it identifies no person. */
  #signEvidence(): Promise<string> {
    const { clientId, purposeId, serviceUrl, userLocation } = this.#config;
    return this.#sign(
      { purposeId, userID: 'varco', userLocation, LoA: 'substantial', dnonce: randomNumber() },
      { issuer: clientId, audience: serviceUrl, lifeS: EVIDENCE_LIFE_S },
    );
  }

  #signAssertion(evidence: string): Promise<string> {
    const { clientId, purposeId, assertionAudience } = this.#config;
    const value = createHash('sha256').update(evidence).digest('hex');
    return this.#sign(
      { purposeId, digest: { alg: 'SHA256', value } },
      { issuer: clientId, subject: clientId, audience: assertionAudience, lifeS: ASSERTION_LIFE_S },
    );
  }

  #sign(
    claims: Record<string, unknown>,
    options: { issuer: string; subject?: string; audience: string; lifeS: number },
  ): Promise<string> {
    const now = Math.floor(this.#clock.now() / 1000);
    const jwt = new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: this.#config.keyId })
      .setIssuer(options.issuer)
      .setAudience(options.audience)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + options.lifeS);
    return (options.subject ? jwt.setSubject(options.subject) : jwt).sign(this.#key);
  }
}

/** The 13 digits that AUDIT_REST_02 requires as `dnonce`. */
function randomNumber(): string {
  const digits = randomUUID().replaceAll(/\D/g, '');
  return digits.padEnd(13, '0').slice(0, 13);
}

/** @throws Error when the response is not 2xx, too large or not JSON. */
async function readJson(response: Response, bytesMax: number): Promise<unknown> {
  if (!response.ok) {
    await response.body?.cancel();
    throw Object.assign(new Error('upstream refused'), { code: `HTTP_${response.status}` });
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) {
      throw Object.assign(new Error('upstream answer too large'), { code: 'tooLarge' });
    }
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
