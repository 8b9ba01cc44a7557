import { z } from 'zod';
import {
  configProblemSchema,
  desiredConfigSchema,
} from '../../../shared/protocol/remote-config.ts';
import type { Disk } from '../../storage/disk.ts';

const NAME = 'steered.json';

/** What the server's config has come to on this kiosk, over restarts and power cuts. */
const storedConfigSchema = z.strictObject({
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
export type StoredConfig = z.infer<typeof storedConfigSchema>;

/** Reads it; one that is damaged is none: then the kiosk's own file is all. @throws the disk's error. */
export async function readStoredConfig(disk: Disk): Promise<StoredConfig> {
  const bytes = await disk.read(NAME);
  try {
    return bytes ? storedConfigSchema.parse(JSON.parse(new TextDecoder().decode(bytes))) : {};
  } catch {
    return {};
  }
}

/** Keeps it, all of it or nothing. @throws the disk's error. */
export async function storeConfig(disk: Disk, kept: StoredConfig): Promise<void> {
  await disk.replace(NAME, new TextEncoder().encode(JSON.stringify(kept)));
}
