import { z } from 'zod';

// Until shared/codice-fiscale says more: the shape that the wire allows too.
const codiceFiscale = z
  .string()
  .transform((text) => text.replaceAll(/\s/g, '').toUpperCase())
  .pipe(z.string().regex(/^([A-Z0-9]{16}|[0-9]{11})$/));

/** A person as the archive hands it over; all of it is kept encrypted. */
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
