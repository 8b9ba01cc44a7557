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
import { Acceptance } from './acceptance.ts';
import type { Cards } from './card/cards.ts';
import { type CardTicket, ClientCertificateListener } from './card/client-certificate-listener.ts';
import { HashQueue } from './hash-queue.ts';
import type { LoginConfig } from './login-config.ts';
import { LoginLog } from './login-log.ts';
import { OidcProvider } from './oidc.ts';
import { OwnPassword } from './own-password.ts';
import { OwnSessions } from './own-sessions.ts';
import { Passkeys } from './passkeys.ts';
import { PasswordLogin } from './password-login.ts';
import { PendingLogins } from './pending-login.ts';
import { Pins } from './pins.ts';
import { RecoveryCodes } from './recovery-codes.ts';
import { beginSession } from './request-session.ts';
import type { Session } from './session.ts';
import { type AuthenticatedIdentity, SessionStore } from './session-store.ts';
import { SingleUseSecrets } from './single-use-secrets.ts';
import { StaffAccounts } from './staff-accounts.ts';

/** Long enough for the redirect from the card listener to the main site. */
const TICKET_LIFE_MS = 60_000;

/** How somebody tried to log in, for the login log. */
export type LoginMethod =
  | 'oidc'
  | 'card'
  | 'pin'
  | 'password'
  | 'passkey'
  | 'app'
  | 'invitation'
  | 'page';

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
  readonly acceptance: Acceptance;
  readonly passwords: PasswordLogin;
  readonly ownPassword: OwnPassword;
  readonly ownSessions: OwnSessions;
  readonly recoveryCodes: RecoveryCodes;
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
    this.recoveryCodes = new RecoveryCodes({ store, keyring });
    this.passkeys = new Passkeys({ store, log, now });
    this.ownSessions = new OwnSessions({ store, keyring, now });
    const { sessions, singleUse, attempts, recoveryCodes, passkeys, ownSessions } = this;
    const base = { store, keyring, attempts, recoveryCodes, hashing: new HashQueue(), now };
    this.staff = new StaffAccounts({ ...base, audit, sessions, singleUse });
    this.acceptance = new Acceptance({ ...base, singleUse, passkeys });
    this.passwords = new PasswordLogin(base);
    this.ownPassword = new OwnPassword({ ...base, sessions: ownSessions });
    this.pins = new Pins({ ...base, registry, notify });
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

  /**
   * Begins a session in this browser for an authenticated identity, and logs it.
   *
   * @param reason what the log should say of this login, such as that a recovery code was used.
   */
  async logIn(
    request: FastifyRequest,
    reply: FastifyReply,
    way: LoginMethod,
    identity: AuthenticatedIdentity,
    reason?: string,
  ): Promise<void> {
    const account = await this.nameInLog(identity);
    this.pending.clear(request, reply);
    await beginSession(this.sessions, request, reply, identity);
    await this.log.write({ event: 'login', way, account, reason, ...clientInfo(request) });
  }

  /** Logs what the owner of a session does to their own login. @param reason such as `passwordChanged`. */
  async recordOwnAct(request: FastifyRequest, session: Session, reason: string): Promise<void> {
    const account = await this.nameInLog(session);
    const event = { event: 'account', way: 'page', account, reason } as const;
    await this.log.write({ ...event, ...clientInfo(request) });
  }

  /** Under what name the log knows somebody: the codice fiscale or the e-mail address. */
  async nameInLog(
    who: { kind: 'citizen'; codiceFiscale: string } | { kind: 'staff'; accountId: string },
  ): Promise<string> {
    return who.kind === 'citizen'
      ? who.codiceFiscale
      : ((await this.staff.find(who.accountId))?.email ?? who.accountId);
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

  /** Gives somebody new recovery codes, to be shown once. */
  renewRecoveryCodes(accountId: string): Promise<string[]> {
    return this.#store.transaction((tx) => this.recoveryCodes.renew(tx, accountId));
  }

  addPasskey(accountId: string, label: string, passkey: WebAuthnCredential): Promise<void> {
    return this.#store.transaction((tx) => this.passkeys.save(tx, accountId, label, passkey));
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
