import type { Keyring } from '../keys/keyring.ts';
import type { PersonRecord } from './person.ts';

const PLACE = 'person.identity';

/** The encrypted part of a person's row. The privacy version is a plain column beside it. */
export interface StoredIdentity extends Omit<PersonRecord, 'privacyVersion'> {
  /** Set once the citizen changed the contacts, which then take precedence over imported ones. */
  contactsBy?: 'citizen';
}

export function sealIdentity(keyring: Keyring, identity: StoredIdentity): Buffer {
  return sealIdentityText(keyring, JSON.stringify(identity));
}

/** @param text a {@link StoredIdentity} as JSON. */
export function sealIdentityText(keyring: Keyring, text: string): Buffer {
  return keyring.seal(PLACE, text);
}

/** @throws VarcoError `boxUnreadable`. */
export function openIdentity(keyring: Keyring, box: Buffer): StoredIdentity {
  return JSON.parse(openIdentityText(keyring, box));
}

/** Decrypts the identity without parsing its JSON. */
export function openIdentityText(keyring: Keyring, box: Buffer): string {
  return keyring.open(PLACE, box);
}

/** A person's identity and consent, which are stored in separate columns. */
export interface StoredPerson {
  identity: StoredIdentity;
  privacyVersion: string | null;
}

/**
 * Merges an imported row into the stored person: name and birth date come from the archive; its contacts
 * and privacy version only where the citizen has not set contacts here. A row without a privacy version
 * does not undo an earlier consent.
 */
export function mergeIdentity(known: StoredPerson | undefined, input: PersonRecord): StoredPerson {
  const { codiceFiscale, name, birthDate, privacyVersion: imported } = input;
  const identity: StoredIdentity = { codiceFiscale, name, birthDate };
  const before = known?.privacyVersion ?? null;
  if (known?.identity.contactsBy === 'citizen') {
    addContacts(identity, known.identity);
    identity.contactsBy = 'citizen';
    return { identity, privacyVersion: before };
  }
  const privacyVersion = imported === undefined ? before : laterPrivacyVersion(before, imported);
  addContacts(identity, input);
  return { identity, privacyVersion };
}

/** Privacy notices are named after when they came into force, such as `2026-01`, so names sort by age. */
export function laterPrivacyVersion(before: string | null, now: string): string {
  return before !== null && before > now ? before : now;
}

export type StoredContacts = Pick<StoredIdentity, 'mobile' | 'email'>;

/** Copies the contacts that are present; absent and empty ones leave the target as it is. */
export function addContacts(
  identity: StoredContacts,
  { mobile, email }: Pick<PersonRecord, 'mobile' | 'email'>,
): void {
  if (mobile) {
    identity.mobile = mobile;
  }
  if (email) {
    identity.email = email;
  }
}

export function isSamePerson(a: StoredPerson, b: StoredPerson): boolean {
  return (
    a.privacyVersion === b.privacyVersion &&
    JSON.stringify(a.identity) === JSON.stringify(b.identity)
  );
}
