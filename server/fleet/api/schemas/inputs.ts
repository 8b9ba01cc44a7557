import { z } from 'zod';

/** Fields that several calls take. */
export const idSchema = z.string().min(1).max(64);
export const reasonSchema = z.string().trim().min(1).max(300);
/** A whole number in a query string or a path. */
export const numberSchema = z.coerce.number().int().nonnegative();

export const byId = z.strictObject({ id: idSchema });
export const byGate = z.strictObject({ gate: idSchema });
export const bySite = z.strictObject({ site: idSchema });
