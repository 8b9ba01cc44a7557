import { z } from 'zod';

/** Fields that several answers have. */
export const at = z.number().int().meta({ description: 'Unix time in milliseconds' });
export const count = z.number().int().nonnegative();
export const severity = z.enum(['critical', 'warning']);
