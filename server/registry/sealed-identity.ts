import type { Keyring } from '../keys/keyring.ts';
import type { PersonRecord } from './person.ts';

const PLACE = 'person.identity';

/** What is in a person's box. The privacy notice stands beside it, readable without opening it. */
export interface KeptIdentity extends Omit<PersonRecord, 'privacyVersion'> {
  /** The citizen's own word on the contacts goes before what an import brings. */
  contactsBy?: 'citizen';
}

export function sealIdentity(keyring: Keyring, identity: KeptIdentity): Buffer {
  return sealIdentityText(keyring, JSON.stringify(identity));
}

/** @param text a {@link KeptIdentity} as JSON. */
export function sealIdentityText(keyring: Keyring, text: string): Buffer {
  return keyring.seal(PLACE, text);
}

/** @throws VarcoError `boxUnreadable`. */
export function openIdentity(keyring: Keyring, box: Buffer): KeptIdentity {
  return JSON.parse(openIdentityText(keyring, box)) as KeptIdentity;
}

/** The box's content as it was sealed. */
export function openIdentityText(keyring: Keyring, box: Buffer): string {
  return keyring.open(PLACE, box);
}

/** A person as kept in two places. */
export interface Kept {
  identity: KeptIdentity;
  privacyVersion: string | null;
}

/**
 * What is kept after an import's row: the archive's name and birth date; its contacts and its note of
 * an accepted privacy notice only where the citizen has not said otherwise here. A notice that was
 * accepted is not forgotten because a row says nothing of it.
 */
export function merge(known: Kept | undefined, given: PersonRecord): Kept {
  const { codiceFiscale, name, birthDate, privacyVersion: brought } = given;
  const identity: KeptIdentity = { codiceFiscale, name, birthDate };
  const before = known?.privacyVersion ?? null;
  if (known?.identity.contactsBy === 'citizen') {
    addContacts(identity, known.identity);
    identity.contactsBy = 'citizen';
    return { identity, privacyVersion: before };
  }
  const privacyVersion = brought === undefined ? before : laterNotice(before, brought);
  addContacts(identity, given);
  return { identity, privacyVersion };
}

/** Notices are named by when they came into force, such as `2026-01`: the later name is the newer. */
export function laterNotice(before: string | null, now: string): string {
  return before !== null && before > now ? before : now;
}

function addContacts(
  identity: KeptIdentity,
  { mobile, email }: Pick<PersonRecord, 'mobile' | 'email'>,
): void {
  if (mobile) {
    identity.mobile = mobile;
  }
  if (email) {
    identity.email = email;
  }
}

export function isSame(a: Kept, b: Kept): boolean {
  return (
    a.privacyVersion === b.privacyVersion &&
    JSON.stringify(a.identity) === JSON.stringify(b.identity)
  );
}
