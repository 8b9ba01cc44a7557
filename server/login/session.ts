/** What a member of staff may be; `server/fleet/access/permissions.ts` says what each may do. */
export const roles = ['viewer', 'operator', 'siteManager', 'administrator', 'auditor'] as const;
export type Role = (typeof roles)[number];

/** How a citizen proved who it is. */
export type CitizenMethod = 'oidc' | 'cns' | 'pin';

/**
 * A citizen who is logged in. The codice fiscale is in memory for one request only; in the store it is
 * sealed.
 */
export interface CitizenSession {
  kind: 'citizen';
  /** Of the session, not the secret in the cookie: may be logged. */
  id: string;
  codiceFiscale: string;
  /** Absent: the archive has no such person. */
  personId?: number;
  /** As the identity provider or the card says it, for the page's head only. */
  name?: string;
  /** The level of assurance, 1 to 3, as SPID counts (ISO/IEC 29115 LoA 2 to 4). */
  assurance: 1 | 2 | 3;
  method: CitizenMethod;
  /** The person for whom this citizen acts as a delegate. */
  actingFor?: { personId: number; delegationId: string; name: string };
}

/** A member of staff who is logged in: an operator, or one who looks after the fleet. */
export interface StaffSession {
  kind: 'staff';
  id: string;
  accountId: string;
  name: string;
  role: Role;
  /** The ids of the sites whose kiosks and checks are this account's. */
  sites: 'all' | readonly string[];
  /** 2: password and a one-time code; 3: a passkey that verified the person. */
  assurance: 2 | 3;
}

export type Session = CitizenSession | StaffSession;
