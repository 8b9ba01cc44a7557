import type { Selectable } from 'kysely';
import type { Tables } from '../store/schema.ts';

export type CredentialKind = 'status' | 'card';

/**
 * `live`: opens gates. `locked`: its owner said "this was not me", so it answers like a revoked one until
 * it is unlocked or reissued. `revoked`: ended for good.
 */
export type CredentialState = 'live' | 'locked' | 'revoked';

/** The states of a credential that has not ended. */
export const IN_FORCE = ['live', 'locked'] as const satisfies readonly CredentialState[];

/** A code as its owner sees it in the list of requests. */
export interface CredentialSummary {
  id: string;
  kind: CredentialKind;
  state: CredentialState;
  issuedAt: number;
  /** Of a card. */
  expiresAt?: number | undefined;
  serial?: string | undefined;
  companion: boolean;
  lockedAt?: number | undefined;
  revokedAt?: number | undefined;
  revokedReason?: string | undefined;
  /** The id of the code that replaced it. */
  replacedBy?: string | undefined;
}

/** An entry of a credential's history. */
export interface CredentialEvent {
  at: number;
  kind: string;
  actor: string;
}

export function toSummary(row: Selectable<Tables['credential']>): CredentialSummary {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at ?? undefined,
    serial: row.serial ?? undefined,
    companion: row.companion === 1,
    lockedAt: row.locked_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    revokedReason: row.revoked_reason ?? undefined,
    replacedBy: row.replaced_by ?? undefined,
  };
}
