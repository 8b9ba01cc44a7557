import { randomBytes } from 'node:crypto';
import type { WebAuthnCredential } from '@simplewebauthn/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Audit } from '../audit/audit.ts';
import type { Role } from '../fleet/access/roles.ts';
import { LoginAttempts } from '../guessing/login-attempts.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Log } from '../log.ts';
import type { Notify } from '../notify/notify.ts';
import type { Registry } from '../registry/registry.ts';
import type { Store } from '../store/store.ts';
import type { Cards } from './card/cards.ts';
import { type CardTicket, ClientCertificateListener } from './card/client-certificate-listener.ts';
import type { LoginConfig } from './login-config.ts';
import { LoginLog } from './login-log.ts';
import { OidcProvider } from './oidc.ts';
import { Passkeys } from './passkeys.ts';
import { PendingLogins } from './pending-login.ts';
import { Pins } from './pins.ts';
import { beginSession } from './request-session.ts';
import { type AuthenticatedIdentity, SessionStore } from './session-store.ts';
import { SingleUseSecrets } from './single-use-secrets.ts';
import { StaffAccounts } from './staff-accounts.ts';

/** Long enough for the redirect from the card listener to the main site. */
const TICKET_LIFE_MS = 60_000;

/** How somebody tried to log in, for the login log. */
export type LoginMethod = 'oidc' | 'card' | 'pin' | 'password' | 'passkey' | 'invitation';

/**
 * Logins of all kinds. Every attempt ends in {@link logIn}, which begins a session, or in
 * {@link recordFailure}; both write the login log.
 */
export class Logins {
  readonly #store: Store;
  readonly config: LoginConfig;
  readonly sessions: SessionStore;
  readonly singleUse: SingleUseSecrets;
  readonly pending: PendingLogins;
  readonly attempts: LoginAttempts;
  readonly log: LoginLog;
  readonly staff: StaffAccounts;
  readonly passkeys: Passkeys;
  readonly pins: Pins;
  readonly providers: ReadonlyMap<string, OidcProvider>;
  readonly cards: Cards | undefined;
  readonly certificateListener: ClientCertificateListener | undefined;

  constructor(deps: {
    store: Store;
    keyring: Keyring;
    audit: Audit;
    log: Log;
    now: () => number;
    config: LoginConfig;
    registry: Pick<Registry, 'identity'>;
    notify: Pick<Notify, 'queue'>;
    cards?: Cards | undefined;
  }) {
    const { store, keyring, audit, log, now, config, registry, notify, cards } = deps;
    this.#store = store;
    this.config = config;
    this.sessions = new SessionStore({ store, keyring, log, now });
    this.singleUse = new SingleUseSecrets({ store, keyring, now });
    this.pending = new PendingLogins({ keyring, now });
    this.attempts = new LoginAttempts({ store, keyring, now });
    this.log = new LoginLog({ store, keyring, now });
    const { sessions, singleUse, attempts } = this;
    this.staff = new StaffAccounts({
      ...{ store, keyring, audit, sessions, singleUse, attempts, now },
    });
    this.pins = new Pins({ store, keyring, registry, notify, attempts, now });
    this.passkeys = new Passkeys({ store, log, now });
    this.providers = new Map(
      config.oidc.map((one) => [one.id, new OidcProvider({ config: one, log, now })]),
    );
    this.cards = cards;
    const listener = config.card?.listener;
    this.certificateListener =
      cards && listener
        ? new ClientCertificateListener({
            config: listener,
            cards,
            log,
            issueTicket: (body) => this.#issueTicket(body),
            recordFailure: (request, problem) => this.recordFailure(request, 'card', '', problem),
          })
        : undefined;
  }

  /** Begins a session in this browser for an authenticated identity, and logs it. */
  async logIn(
    request: FastifyRequest,
    reply: FastifyReply,
    way: LoginMethod,
    identity: AuthenticatedIdentity,
  ): Promise<void> {
    const account =
      identity.kind === 'citizen'
        ? identity.codiceFiscale
        : ((await this.staff.find(identity.accountId))?.email ?? identity.accountId);
    this.pending.clear(request, reply);
    await beginSession(this.sessions, request, reply, identity);
    await this.log.write({ event: 'login', way, account, ...clientInfo(request) });
  }

  /** Logs a failed login. @param account what is known of the account; may be empty. */
  async recordFailure(
    request: FastifyRequest,
    way: LoginMethod,
    account: string,
    reason: string,
  ): Promise<void> {
    await this.log.write({ event: 'failed', way, account, reason, ...clientInfo(request) });
  }

  #issueTicket(body: CardTicket): Promise<string> {
    const lifeMs = TICKET_LIFE_MS;
    return this.#store.transaction((tx) =>
      this.singleUse.issue(tx, { kind: 'ticket', subject: '', body, lifeMs }),
    );
  }

  /** Redeems the ticket of somebody who showed a card. */
  redeemTicket(ticket: unknown): Promise<object | undefined> {
    return this.#store.transaction((tx) => this.singleUse.redeem(tx, 'ticket', ticket));
  }

  addPasskey(accountId: string, label: string, passkey: WebAuthnCredential): Promise<void> {
    return this.#store.transaction((tx) => this.passkeys.save(tx, accountId, label, passkey));
  }

  /** Accepts an invitation with a passkey instead of a password; undefined when it is used or expired. */
  acceptWithPasskey(
    secret: string,
    who: { name: string; email: string },
    passkey: WebAuthnCredential,
  ): Promise<string | undefined> {
    return this.#store.transaction(async (tx) => {
      const found = await this.singleUse.redeem<{ accountId: string }>(tx, 'invitation', secret);
      const accountId = found?.accountId;
      if (accountId !== undefined) {
        await this.staff.activate(tx, accountId, who, {});
        await this.passkeys.save(tx, accountId, passkeyLabel(), passkey);
      }
      return accountId;
    });
  }

  /** Deletes expired sessions, secrets and log entries. */
  async purgeExpired(): Promise<void> {
    await this.sessions.purgeExpired();
    await this.singleUse.purgeExpired();
    await this.log.purgeExpired();
  }
}

/** The client's address and browser, for the login log only. */
export function clientInfo(request: FastifyRequest): { address: string; agent: string } {
  return { address: request.ip, agent: (request.headers['user-agent'] ?? '').slice(0, 200) };
}

/** The page shown after the login. */
export function homeOf(role: Role | undefined): string {
  if (role === undefined) {
    return '/portal';
  }
  return role === 'operator' ? '/operator' : '/fleet';
}

/** A default name for a passkey. */
export function passkeyLabel(): string {
  return `passkey ${randomBytes(2).toString('hex')}`;
}
