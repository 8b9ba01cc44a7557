import { z } from 'zod';

/** Unix time in milliseconds. */
export const unixMs = z.number().int().nonnegative();

/** So many bytes in base64url, without padding. */
export const base64url = (bytes: number) => z.base64url().length(Math.ceil((bytes * 4) / 3));

/** A short name or code. */
export const name = z.string().min(1).max(64);

/** Counts epochs and versions. */
export const counter = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
