import type { Generated } from 'kysely';

/**
 * The logins' tables. Of every secret only a hash is kept; who somebody is stands in sealed boxes
 * (`*_cipher`, see `keys/keyring.ts`).
 */
export interface LoginTables {
  session: {
    /** Random, not secret: may be logged. */
    id: string;
    /** SHA-256 of the token in the cookie, hexadecimal. */
    token_hash: string;
    /** The token before the last rotation, still good for requests that were on their way. */
    previous_hash: string | null;
    previous_until: number | null;
    kind: 'citizen' | 'staff';
    /** A citizen's code mac or a staff account's id: what "logout everywhere" ends. */
    subject: string;
    agent_hash: string;
    body_cipher: Buffer;
    created_at: number;
    seen_at: number;
    rotated_at: number;
    expires_at: number;
    /** When its owner last proved who they are: at the login, or again before a dangerous act. */
    confirmed_at: number;
  };
  /** Secrets that work once: states of logins on their way, tickets, challenges, invitations. */
  single_use: {
    hash: string;
    kind: string;
    /** What it is about, so that a newer one can take its place; may be empty. */
    subject: string;
    body_cipher: Buffer;
    expires_at: number;
  };
  staff_account: {
    id: string;
    /** Keyed MAC of the lower-case e-mail address; null until an invitation is accepted. */
    login_mac: string | null;
    /** Name and e-mail address. */
    identity_cipher: Buffer;
    role: 'viewer' | 'operator' | 'siteManager' | 'administrator' | 'auditor';
    /** JSON: `"all"` or a list of site ids. */
    sites: string;
    state: 'invited' | 'active' | 'disabled';
    /** `scrypt$SALT$HASH`, base64url; the cost is in `login/password.ts`. */
    password: string | null;
    totp_cipher: Buffer | null;
    /** The time step of the last code that was accepted: none is accepted twice. */
    totp_step: number | null;
    created_at: number;
    updated_at: number;
  };
  staff_passkey: {
    /** The credential id, base64url. */
    id: string;
    account_id: string;
    public_key: Buffer;
    counter: number;
    /** JSON list of transports. */
    transports: string;
    label: string;
    created_at: number;
    used_at: number | null;
  };
  /** Codes that replace the authenticator application, once each. */
  staff_recovery_code: {
    account_id: string;
    /** Keyed hash of the account and the code. */
    code_mac: string;
  };
  /** A citizen's PIN; one for each person. */
  pin: {
    code_mac: string;
    person_id: number;
    state: 'issued' | 'active';
    password: string;
    issued_at: number;
    expires_at: number;
  };
  /** Every login, apart from the audit and longer than it: 24 months. */
  login_log: {
    id: Generated<number>;
    at: number;
    /** A keyed pseudonym of the account, by which its rows are found. */
    subject: string;
    body_cipher: Buffer;
  };
}
