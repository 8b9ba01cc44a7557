import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as openid from 'openid-client';
import { parse } from '../../shared/codice-fiscale/parse.ts';
import { errorCode, VarcoError } from '../../shared/errors.ts';
import type { Log } from '../log.ts';
import type { OidcConfig } from './login-config.ts';
import type { AuthenticatedIdentity } from './session-store.ts';

const TIMEOUT_S = 5;
/** How long the provider's metadata are cached. */
const METADATA_MS = 3_600_000;
/** Citizens need SPID level 2 (or CIE's) at least (domain §6). */
const LEVEL_MIN = 2;

/** Kept in the browser, encrypted, while its user is at the identity provider. */
export interface OidcPending {
  provider: string;
  state: string;
  nonce: string;
  verifier: string;
  to?: string | undefined;
}

/** Why a login through a provider failed; each reason has its own words on a page. */
export type OidcProblem =
  | 'providerDown'
  | 'providerRefused'
  | 'cancelled'
  | 'answerInvalid'
  | 'levelTooLow'
  | 'identityMissing';

export type OidcOutcome =
  | { ok: true; arrival: AuthenticatedIdentity & { kind: 'citizen' } }
  | { ok: false; problem: OidcProblem };

/**
 * Client of one OpenID Connect provider (OpenID Connect Core 1.0): authorization code with PKCE (RFC 7636),
 * checking state, nonce, `iss` (RFC 9207), the ID token's signature and audience, and the level in `acr`.
 */
export class OidcProvider {
  readonly config: OidcConfig;
  readonly #log: Log;
  readonly #now: () => number;
  #known: { at: number; metadata: Promise<openid.Configuration> } | undefined;

  constructor(deps: { config: OidcConfig; log: Log; now: () => number }) {
    this.config = deps.config;
    this.#log = deps.log;
    this.#now = deps.now;
  }

  /**
   * Begins a login.
   *
   * @param redirectUri this site's callback address.
   * @returns the address to redirect to and what the browser keeps; undefined while the provider is down.
   */
  async begin(
    redirectUri: string,
    to: string | undefined,
  ): Promise<{ url: URL; pending: OidcPending } | undefined> {
    const pending: OidcPending = {
      provider: this.config.id,
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      verifier: openid.randomPKCECodeVerifier(),
      to,
    };
    try {
      const url = openid.buildAuthorizationUrl(await this.#metadata(), {
        redirect_uri: redirectUri,
        scope: this.config.scopes.join(' '),
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        acr_values: this.config.acrValues.join(' '),
        // In a shared browser the previous user may still have a session at the provider.
        prompt: 'login',
      });
      return { url, pending };
    } catch (error) {
      this.#log.warn({ provider: this.config.id, code: why(error) }, 'no identity provider');
      return undefined;
    }
  }

  /** Completes a login. @param currentUrl the callback address with the provider's parameters. */
  async finish(currentUrl: URL, pending: OidcPending): Promise<OidcOutcome> {
    try {
      const metadata = await this.#metadata();
      const tokens = await openid.authorizationCodeGrant(metadata, currentUrl, {
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        pkceCodeVerifier: pending.verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const level = this.config.acrLevels[String(claims?.acr)];
      if (!claims || level === undefined || level < LEVEL_MIN) {
        return { ok: false, problem: 'levelTooLow' };
      }
      const has = Object.hasOwn(claims, this.config.codiceFiscaleClaim);
      const more = has ? {} : await openid.fetchUserInfo(metadata, tokens.access_token, claims.sub);
      return this.#arrivalOf({ ...more, ...claims }, level);
    } catch (error) {
      const problem = problemOf(error);
      this.#log.warn({ provider: this.config.id, code: why(error), problem }, 'login refused');
      return { ok: false, problem };
    }
  }

  /** The provider's logout address (RP-Initiated Logout 1.0), without a token in it. */
  async logoutUrl(returnTo: string): Promise<URL | undefined> {
    try {
      const metadata = await this.#metadata();
      return metadata.serverMetadata().end_session_endpoint === undefined
        ? undefined
        : openid.buildEndSessionUrl(metadata, { post_logout_redirect_uri: returnTo });
    } catch {
      // The provider is down; this site's own session has ended all the same.
      return undefined;
    }
  }

  #arrivalOf(claims: Record<string, unknown>, assurance: 1 | 2 | 3): OidcOutcome {
    const codiceFiscale = codiceFiscaleOf(claims[this.config.codiceFiscaleClaim]);
    if (codiceFiscale === undefined) {
      return { ok: false, problem: 'identityMissing' };
    }
    const name = nameOf(claims);
    const { id: provider } = this.config;
    return {
      ok: true,
      arrival: { kind: 'citizen', codiceFiscale, assurance, method: 'oidc', provider, name },
    };
  }

  #metadata(): Promise<openid.Configuration> {
    const now = this.#now();
    if (!this.#known || now - this.#known.at >= METADATA_MS) {
      const metadata = this.#discover();
      this.#known = { at: now, metadata };
      // After a failure the next login tries again.
      metadata.catch(() => {
        this.#known = undefined;
      });
    }
    return this.#known.metadata;
  }

  async #discover(): Promise<openid.Configuration> {
    const { issuer, clientId } = this.config;
    const url = new URL(issuer);
    const checked = [openid.enableNonRepudiationChecks];
    const found = await openid.discovery(url, clientId, undefined, await this.#clientAuth(), {
      timeout: TIMEOUT_S,
      // The config lets plain HTTP through for a provider on this machine only.
      execute: url.protocol === 'http:' ? [...checked, openid.allowInsecureRequests] : checked,
    });
    found.timeout = TIMEOUT_S;
    return found;
  }

  async #clientAuth(): Promise<openid.ClientAuth> {
    const { clientSecretFile, clientKeyFile } = this.config;
    if (clientKeyFile !== undefined) {
      const key = createPrivateKey(await readFile(clientKeyFile));
      return openid.PrivateKeyJwt(await importKey(key));
    }
    if (clientSecretFile === undefined) {
      throw new VarcoError('oidcClientUnproven', 'A provider needs a client secret or key');
    }
    return openid.ClientSecretBasic((await readFile(clientSecretFile, 'utf8')).trim());
  }
}

function importKey(key: ReturnType<typeof createPrivateKey>) {
  const isRsa = key.asymmetricKeyType === 'rsa';
  const algorithm = isRsa
    ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    : { name: 'ECDSA', namedCurve: 'P-256' };
  const data = key.export({ type: 'pkcs8', format: 'der' });
  return crypto.subtle.importKey('pkcs8', new Uint8Array(data), algorithm, false, ['sign']);
}

/** `TINIT-RSSMRA80A01H501U` (SPID and CIE's form of eIDAS semantics) or the bare code. Pure. */
export function codiceFiscaleOf(claim: unknown): string | undefined {
  const bare = typeof claim === 'string' ? claim.replace(/^TINIT-/i, '') : '';
  const parsed = parse(bare);
  const good = parsed.ok ? parsed : parsed.doubtful;
  return good?.code;
}

function nameOf(claims: Record<string, unknown>): string | undefined {
  const { name, given_name: first, family_name: family } = claims;
  const parts = typeof name === 'string' ? [name] : [first, family];
  const text = parts.filter((part) => typeof part === 'string').join(' ');
  return text === '' ? undefined : text.slice(0, 200);
}

function problemOf(error: unknown): OidcProblem {
  if (error instanceof openid.AuthorizationResponseError) {
    return error.error === 'access_denied' ? 'cancelled' : 'providerRefused';
  }
  if (error instanceof openid.ResponseBodyError) {
    return error.status >= 500 ? 'providerDown' : 'providerRefused';
  }
  return isDown(error) ? 'providerDown' : 'answerInvalid';
}

const DOWN = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM']);

/** Network failures, and a server that answers with an error page. */
function isDown(error: unknown): boolean {
  const network = error instanceof TypeError && error.message === 'fetch failed';
  return network || DOWN.has(why(error));
}

/** A code for the log: openid-client's, or the network's; never a message, which may quote an answer. */
function why(error: unknown): string {
  const own = errorCode(error);
  const cause = error instanceof Error ? error.cause : undefined;
  return own === 'unknown' && cause !== undefined ? errorCode(cause) : own;
}
