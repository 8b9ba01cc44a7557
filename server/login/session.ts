import type { StaffIdentity } from '../fleet/access/actor.ts';

/** How a citizen was authenticated. */
export type CitizenMethod = 'oidc' | 'cns' | 'pin';

/**
 * A logged-in citizen. The codice fiscale is in memory for one request only and stored encrypted.
 */
export interface CitizenSession {
  kind: 'citizen';
  /** The session's id, not the secret in the cookie; may be logged. */
  id: string;
  codiceFiscale: string;
  /** Absent when the archive has no such person. */
  personId?: number | undefined;
  /** As the identity provider or the card states it, for the page header only. */
  name?: string | undefined;
  /** The level of assurance, 1 to 3, as SPID counts (ISO/IEC 29115 LoA 2 to 4). */
  assurance: 1 | 2 | 3;
  method: CitizenMethod;
  /** The person for whom this citizen acts as a delegate. */
  actingFor?: { personId: number; delegationId: string; name: string } | undefined;
}

/** A logged-in member of staff: an operator, or somebody who manages the fleet. */
export interface StaffSession extends StaffIdentity {
  id: string;
  /** 2: password and a one-time code; 3: a passkey that verified the person. */
  assurance: 2 | 3;
}

export type Session = CitizenSession | StaffSession;
