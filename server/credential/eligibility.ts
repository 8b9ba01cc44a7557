import { isEntitledToCard } from '../registry/card-standing.ts';
import type { Status } from '../registry/person-status.ts';
import type { CredentialKind } from './credential-summary.ts';

/** Why a person is refused a credential; each reason has its own words in the portal. */
export type RefusalReason =
  | 'personUnknown'
  | 'statusMissing'
  | 'cardNotDue'
  | 'mobileMissing'
  | 'emailMissing'
  | 'privacyNotAccepted'
  | 'alreadyIssued';

/** The privacy notice in force; people who accepted an older one are asked again. */
export const PRIVACY_VERSION = '2026-01';

/** The reasons in English, for logs and commands; the portal has its own in five languages. */
export const refusalMessages: Record<RefusalReason, string> = {
  personUnknown: 'The registry has no such person',
  statusMissing: 'The archive attests no status for this person',
  cardNotDue: 'The status on file does not entitle to a Disability Card',
  mobileMissing: 'The person has no mobile number on file',
  emailMissing: 'The person has no e-mail address on file',
  privacyNotAccepted: 'The person has not accepted the privacy notice in force',
  alreadyIssued: 'The person has a live credential of this kind: send it again, or reissue it',
};

/**
 * Why this person may not have this kind of credential, or undefined if it may. Pure.
 *
 * @param status as it is now.
 */
export function refusalReason(
  person: { has_mobile: number; has_email: number; privacy_version: string | null },
  status: Status,
  kind: CredentialKind,
  unchecked: 'status' | undefined,
): RefusalReason | undefined {
  if (unchecked !== 'status' && !Object.values(status).some(({ recognised }) => recognised)) {
    return 'statusMissing';
  }
  if (kind === 'card' && !isEntitledToCard(status)) {
    return 'cardNotDue';
  }
  if (!person.has_mobile) {
    return 'mobileMissing';
  }
  if (!person.has_email) {
    return 'emailMissing';
  }
  return person.privacy_version === PRIVACY_VERSION ? undefined : 'privacyNotAccepted';
}
