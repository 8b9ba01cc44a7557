import { z } from 'zod';
import { parse } from '../../shared/codice-fiscale/parse.ts';

/** A valid codice fiscale in canonical form; one whose only doubt is an unknown birthplace is accepted. */
const codiceFiscale = z
  .string()
  .max(64)
  .transform((text, context) => {
    const parsed = parse(text);
    const good = parsed.ok ? parsed : parsed.doubtful;
    if (!good) {
      context.addIssue({ code: 'custom', message: 'is not a valid codice fiscale' });
      return z.NEVER;
    }
    return good.code;
  });

/** A person as the archive delivers it; stored encrypted. */
export const personSchema = z.strictObject({
  codiceFiscale,
  name: z.string().min(1).max(200),
  birthDate: z.iso.date(),
  /** E.164, such as `+393331234567`. */
  mobile: z.e164().optional(),
  email: z.email().max(254).optional(),
  /** The version of the privacy notice that the person accepted. */
  privacyVersion: z.string().min(1).max(32).optional(),
});

export type PersonRecord = z.infer<typeof personSchema>;
