import type { CredentialSummary } from '../credential/credential-summary.ts';
import type { Credentials } from '../credential/credentials.ts';

/** A code with its number among its owner's: what pages and addresses call it, never by its id. */
export interface NumberedCode extends CredentialSummary {
  /** 1 is the oldest. */
  number: number;
}

/** What a code's owner reads of its state. */
export type ShownState = 'live' | 'locked' | 'revoked' | 'replaced' | 'expired';

/** Every code of a person, the newest first. */
export async function codesOf(credentials: Credentials, personId: number): Promise<NumberedCode[]> {
  const codes = await credentials.listForPerson(personId);
  return codes.map((code, index) => ({ ...code, number: codes.length - index }));
}

/** The code in force of a kind, locked or not. */
export function inForce(
  codes: readonly NumberedCode[],
  kind: CredentialSummary['kind'],
): NumberedCode | undefined {
  return codes.find((code) => code.kind === kind && code.state !== 'revoked');
}

export function shownState(code: CredentialSummary, now: number): ShownState {
  if (code.state === 'revoked') {
    return code.replacedBy === undefined ? 'revoked' : 'replaced';
  }
  return code.expiresAt !== undefined && code.expiresAt <= now ? 'expired' : code.state;
}
