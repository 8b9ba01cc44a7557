import { z } from 'zod';
import type { Keyring } from '../../keys/keyring.ts';

const PLACE = 'operator.case';
/** A case may be continued for this long: as long as a one-time code is good, and a little more. */
export const CASE_LIFE_MS = 600_000;

const caseSchema = z.strictObject({
  /** Of the operator's session: another one can't go on with it. */
  session: z.string(),
  credentialId: z.string(),
  codiceFiscale: z.string(),
  site: z.string(),
  /** A phone's live code was shown, and was current then. */
  isLive: z.boolean().optional(),
  until: z.number(),
});

/**
 * The person before the operator. It goes from page to page in the forms themselves, sealed: the pages'
 * source holds no codice fiscale, and nothing is kept on the server.
 */
export type DeskCase = Omit<z.infer<typeof caseSchema>, 'until'>;

export function sealCase(keyring: Keyring, one: DeskCase, now: number): string {
  const text = JSON.stringify({ ...one, until: now + CASE_LIFE_MS });
  return keyring.seal(PLACE, text).toString('base64url');
}

/** Nothing when it is late, altered, or of another session. */
export function openCase(
  keyring: Keyring,
  text: unknown,
  session: string,
  now: number,
): DeskCase | undefined {
  if (typeof text !== 'string' || text.length > 2048) {
    return undefined;
  }
  try {
    const opened = keyring.open(PLACE, Buffer.from(text, 'base64url'));
    const { until, ...one } = caseSchema.parse(JSON.parse(opened));
    return until > now && one.session === session ? one : undefined;
  } catch {
    // Whoever made it up learns only that it is no case.
    return undefined;
  }
}
