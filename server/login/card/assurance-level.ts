import { z } from 'zod';

/** Levels of assurance of an electronic identity, as SPID and eIDAS count them: 1 low, 2 substantial, 3 high. */
export const assuranceLevel = z.union([z.literal(1), z.literal(2), z.literal(3)]);
