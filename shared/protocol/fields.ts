import { z } from 'zod';

/** Unix time in milliseconds. */
export const unixMs = z.number().int().nonnegative();

/** So many bytes in base64url, without padding. */
export const base64url = (bytes: number) => z.base64url().length(Math.ceil((bytes * 4) / 3));

/** A short name or code. */
export const name = z.string().min(1).max(64);

/** Counts epochs and versions. */
export const counter = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/**
 * The name of a kiosk's part, such as `scanner.2` or `selfTest.printer`: words of the program with a number
 * at most, never a text that somebody typed.
 */
export const partName = z
  .string()
  .max(64)
  .regex(/^[a-z][A-Za-z]{0,31}\d{0,2}(\.([a-z][A-Za-z]{0,31}\d{0,2}|\d{1,2})){0,2}$/);
