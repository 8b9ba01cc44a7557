import { z } from 'zod';
import type { Keyring } from '../../keys/keyring.ts';

/** How long a reader may take from opening a live code's page to sending its form. */
export const SEEN_MS = 600_000;

const PLACE = 'reading.live';
const schema = z.strictObject({
  id: z.string(),
  kind: z.enum(['status', 'card']),
  path: z.string(),
  at: z.number(),
});

/** A live code that was of now when its page was opened. */
export type Seen = z.infer<typeof schema>;

/** Goes out with the form, sealed: the page keeps nothing on the server. */
export function sealSeen(keyring: Keyring, seen: Seen): string {
  return keyring.seal(PLACE, JSON.stringify(seen)).toString('base64url');
}

/** What came back, or nothing where it is not ours. */
export function openSeen(keyring: Keyring, sealed: unknown): Seen | undefined {
  if (typeof sealed !== 'string') {
    return undefined;
  }
  try {
    return schema.parse(JSON.parse(keyring.open(PLACE, Buffer.from(sealed, 'base64url'))));
  } catch {
    return undefined;
  }
}
