import { randomBytes } from 'node:crypto';
import { type ListTerms, shouldRebase } from '../../shared/offline-list/build-list.ts';
import type { KdfCost } from '../../shared/offline-list/entry-key.ts';
import { signList } from '../../shared/offline-list/list-file.ts';
import type { Policy } from '../../shared/policy.ts';
import type { Keyring } from '../keys/keyring.ts';
import { build } from './build-thread.ts';
import type { Publication, PublishedList } from './list-store.ts';

/** How old a list may be where the policy does not say. */
export const MAX_AGE_MS = 86_400_000;

/** Builds and signs a list's file: a delta, or a full list when asked for or when the delta grew large. */
export async function buildListFile(
  { keyring, kdf }: { keyring: Keyring; kdf: KdfCost },
  policy: Policy,
  list: PublishedList,
  isFull: boolean,
): Promise<Publication['file']> {
  const { keyId, sign } = keyring.credentialSigner(list.issuedAt);
  const { base, table } = list;
  const seed = randomBytes(4).readUInt32BE();
  const terms: ListTerms = {
    keyId,
    policy: policy.id,
    epoch: list.epoch,
    version: list.version,
    issuedAt: list.issuedAt,
    maxAgeMs: policy.offlineMaxAgeMs ?? MAX_AGE_MS,
    kdf,
    epochKey: list.epochKey,
  };
  const full = async () => {
    const bytes = await build('full', { table, terms, seed }, table.length);
    return { kind: 'full' as const, bytes: signList(bytes, sign) };
  };
  if (isFull) {
    return full();
  }
  const delta = await build('delta', { base, table, terms, seed }, table.length);
  return shouldRebase(base.bytes, delta.length)
    ? full()
    : { kind: 'delta', bytes: signList(delta, sign) };
}
