import { z } from 'zod';
import { actions } from '../../shared/protocol/actions.ts';
import type { Disk } from '../storage/disk.ts';

const NAME = 'boot.json';

const [acceptedSchema] = actions.Boot.answer.options;

/** What the server said at the last boot, so that the kiosk can start while it is away. */
const keptBootSchema = z.strictObject({
  hosts: acceptedSchema.shape.hosts,
  credentialKeys: acceptedSchema.shape.credentialKeys,
  gate: acceptedSchema.shape.gate,
  factsKey: acceptedSchema.shape.factsKey,
  /** The server's time then, Unix milliseconds. */
  serverTime: acceptedSchema.shape.serverTime,
});
export type LastBoot = z.infer<typeof keptBootSchema>;

/** Reads the last boot; one that is damaged is none. @throws the disk's own error. */
export async function readBoot(disk: Disk): Promise<LastBoot | undefined> {
  const bytes = await disk.read(NAME);
  if (!bytes) {
    return undefined;
  }
  try {
    return keptBootSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return undefined;
  }
}

/** Keeps a boot, all of it or nothing. @throws the disk's own error. */
export async function keepBoot(disk: Disk, boot: LastBoot): Promise<void> {
  const { hosts, credentialKeys, gate, serverTime, factsKey } = boot;
  const kept: LastBoot = { hosts, credentialKeys, gate, serverTime, factsKey };
  await disk.replace(NAME, new TextEncoder().encode(JSON.stringify(kept)));
}
