import type { Check } from '../audit/citizen-checks.ts';
import type { Credentials } from '../credential/credentials.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { PersonRecord } from '../registry/person.ts';
import type { Registry } from '../registry/registry.ts';
import type { Verbale } from '../registry/verbale.ts';
import type { Store } from '../store/store.ts';
import { allChecks } from './checks-list.ts';
import { codesOf, type NumberedCode, type ShownState, shownState } from './codes.ts';
import type { Delegation, Delegations } from './delegations.ts';

/** A code without its id, which only its print carries. */
export interface ExportedCode extends Pick<NumberedCode, 'number' | 'kind' | 'issuedAt'> {
  expiresAt: number | undefined;
  serial: string | undefined;
  revokedAt: number | undefined;
  state: ShownState;
}

/** All that the service knows of a person, in a form that another program can read (GDPR art. 15, 20). */
export interface PersonData {
  /** Of this form. */
  version: 1;
  collectedAt: string;
  identity: PersonRecord;
  /** As they stand in the archive, drafts too. */
  verbali: Verbale[];
  codes: ExportedCode[];
  /**
   * Who checked the person, where, when, what was asked and answered: all of the last 12 months. Refused
   * attempts in the same place are one entry for each quarter of an hour.
   */
  checks: Check[];
  delegations: Delegation[];
}

/** Collects them at one moment. */
export async function collectData(
  deps: {
    store: Store;
    keyring: Keyring;
    registry: Registry;
    credentials: Credentials;
    delegations: Delegations;
    now: () => number;
  },
  personId: number,
): Promise<PersonData> {
  const { store, keyring, registry, credentials, delegations } = deps;
  const now = deps.now();
  const identity = await registry.identity(personId);
  return {
    version: 1,
    collectedAt: new Date(now).toISOString(),
    identity,
    verbali: await registry.verbali(personId),
    codes: (await codesOf(credentials, personId)).map((code) => toExported(code, now)),
    checks: await allChecks({ store, keyring, now }, identity.codiceFiscale),
    delegations: await delegations.grantedBy(personId),
  };
}

function toExported(code: NumberedCode, now: number): ExportedCode {
  const { number, kind, issuedAt, expiresAt, serial, revokedAt } = code;
  return {
    number,
    kind,
    state: shownState(code, now),
    issuedAt,
    expiresAt: expiresAt || undefined,
    revokedAt: revokedAt || undefined,
    serial: serial || undefined,
  };
}
