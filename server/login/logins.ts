import { randomBytes } from 'node:crypto';
import type { WebAuthnCredential } from '@simplewebauthn/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Attempts } from '../guessing/login-attempts.ts';
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
import { PendingLogins } from './pending.ts';
import { Pins } from './pins.ts';
import { beginSession } from './request-session.ts';
import type { Role } from './session.ts';
import { type Arrival, Sessions } from './sessions.ts';
import { SingleUse } from './single-use.ts';
import { StaffAccounts } from './staff-accounts.ts';

/** From the card's listener to the main site: one redirection. */
const TICKET_LIFE_MS = 60_000;

/** How somebody tried to log in, for the log of logins. */
export type LoginWay = 'oidc' | 'card' | 'pin' | 'password' | 'passkey' | 'invitation';

/**
 * The room of logins. However somebody proves who it is, it ends here: in {@link arrive}, which begins a
 * session, or in {@link refuse}; both are logged.
 */
export class Logins {
  readonly #store: Store;
  readonly config: LoginConfig;
  readonly sessions: Sessions;
  readonly singleUse: SingleUse;
  readonly pending: PendingLogins;
  readonly attempts: Attempts;
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
    log: Log;
    now: () => number;
    config: LoginConfig;
    registry: Pick<Registry, 'identity'>;
    notify: Pick<Notify, 'queue'>;
    cards?: Cards | undefined;
  }) {
    const { store, keyring, log, now, config, registry, notify, cards } = deps;
    this.#store = store;
    this.config = config;
    this.sessions = new Sessions({ store, keyring, log, now });
    this.singleUse = new SingleUse({ store, keyring, now });
    this.pending = new PendingLogins({ keyring, now });
    this.attempts = new Attempts({ store, keyring, now });
    this.log = new LoginLog({ store, keyring, now });
    const { sessions, singleUse, attempts } = this;
    this.staff = new StaffAccounts({ store, keyring, sessions, singleUse, attempts, now });
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
            giveTicket: (body) => this.#giveTicket(body),
            refuse: (request, problem) => this.refuse(request, 'card', '', problem),
          })
        : undefined;
  }

  /** Somebody has proved who it is: logs it, and begins a session in this browser. */
  async arrive(
    request: FastifyRequest,
    reply: FastifyReply,
    way: LoginWay,
    arrival: Arrival,
  ): Promise<void> {
    const account =
      arrival.kind === 'citizen'
        ? arrival.codiceFiscale
        : ((await this.staff.find(arrival.accountId))?.email ?? arrival.accountId);
    this.pending.clear(request, reply);
    await beginSession(this.sessions, request, reply, arrival);
    await this.log.write({ event: 'login', way, account, ...whence(request) });
  }

  /** Somebody has not. @param account what is known of who it was; may be empty. */
  async refuse(
    request: FastifyRequest,
    way: LoginWay,
    account: string,
    reason: string,
  ): Promise<void> {
    await this.log.write({ event: 'failed', way, account, reason, ...whence(request) });
  }

  #giveTicket(body: CardTicket): Promise<string> {
    const lifeMs = TICKET_LIFE_MS;
    return this.#store.transaction((tx) =>
      this.singleUse.give(tx, { kind: 'ticket', subject: '', body, lifeMs }),
    );
  }

  /** Who showed a card, once. */
  takeTicket(ticket: unknown): Promise<object | undefined> {
    return this.#store.transaction((tx) => this.singleUse.take(tx, 'ticket', ticket));
  }

  addPasskey(accountId: string, label: string, passkey: WebAuthnCredential): Promise<void> {
    return this.#store.transaction((tx) => this.passkeys.keep(tx, accountId, label, passkey));
  }

  /** Accepts an invitation with a passkey in the place of a password; nothing when it is spent. */
  acceptWithPasskey(
    secret: string,
    who: { name: string; email: string },
    passkey: WebAuthnCredential,
  ): Promise<string | undefined> {
    return this.#store.transaction(async (tx) => {
      const found = await this.singleUse.take(tx, 'invitation', secret);
      const { accountId } = (found ?? {}) as { accountId?: string };
      if (accountId !== undefined) {
        await this.staff.activate(tx, accountId, who, {});
        await this.passkeys.keep(tx, accountId, passkeyLabel(), passkey);
      }
      return accountId;
    });
  }

  /** Lets go of what is past its time. */
  async forget(): Promise<void> {
    await this.sessions.forget();
    await this.singleUse.forget();
    await this.log.forget();
  }
}

/** From where a request came, for the log of logins alone. */
export function whence(request: FastifyRequest): { address: string; agent: string } {
  return { address: request.ip, agent: (request.headers['user-agent'] ?? '').slice(0, 200) };
}

/** The page at which somebody's work begins. */
export function homeOf(role: Role | undefined): string {
  if (role === undefined) {
    return '/portal';
  }
  return role === 'operator' ? '/operator' : '/fleet';
}

/** Names a passkey that its owner did not name. */
export function passkeyLabel(): string {
  return `passkey ${randomBytes(2).toString('hex')}`;
}
