import { z } from 'zod';
import { configProblemSchema, desiredConfigSchema } from '../../shared/protocol/remote-config.ts';
import type { Disk } from '../offline/disk.ts';

const NAME = 'steered.json';

/** What the server's config has come to on this kiosk, over restarts and power cuts. */
const keptConfigSchema = z.strictObject({
  /** The last one under which the kiosk was healthy; absent: its own file alone. */
  good: desiredConfigSchema.optional(),
  /** One that is being tried, and how often the program has started under it. */
  trial: desiredConfigSchema.extend({ starts: z.number().int().nonnegative() }).optional(),
  /** The last one that was not taken, or under which it failed. */
  failed: z
    .strictObject({
      version: z.number().int().positive(),
      how: z.enum(['fellBack', 'refused']),
      problems: z.array(configProblemSchema).max(16),
    })
    .optional(),
});
export type KeptConfig = z.infer<typeof keptConfigSchema>;

/** Reads it; one that is damaged is none: then the kiosk's own file is all. @throws the disk's error. */
export async function readKeptConfig(disk: Disk): Promise<KeptConfig> {
  const bytes = await disk.read(NAME);
  try {
    return bytes ? keptConfigSchema.parse(JSON.parse(new TextDecoder().decode(bytes))) : {};
  } catch {
    return {};
  }
}

/** Keeps it, all of it or nothing. @throws the disk's error. */
export async function keepConfig(disk: Disk, kept: KeptConfig): Promise<void> {
  await disk.replace(NAME, new TextEncoder().encode(JSON.stringify(kept)));
}
