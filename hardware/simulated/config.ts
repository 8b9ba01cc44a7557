import { z } from 'zod';

/** The config of every simulated driver: its name alone. */
export const simulatedConfigSchema = z.strictObject({ driver: z.literal('simulated') });
