import { isIPv4 } from 'node:net';
import type { Asker } from '../../audit/asker.ts';
import type { Keyring } from '../../keys/keyring.ts';

/**
 * Who reads a code on the public page: nobody is known there, so a network address stands for a reader
 * and a larger network for a site. Both are pseudonyms of the day; the address itself is kept nowhere.
 *
 * A household or a mobile phone has a `/64` of IPv6 to itself, a provider's customer a `/48`.
 */
export function readerOf(keyring: Keyring, address: string, now: number): { asker: Asker } {
  const day = new Date(now).toISOString().slice(0, 10);
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const [reader, site] = isIPv4(plain)
    ? [plain, plain.split('.').slice(0, 3).join('.')]
    : [groupsOf(plain).slice(0, 4).join(':'), groupsOf(plain).slice(0, 3).join(':')];
  const name = (text: string) => keyring.pseudonym(day, `reader ${text}`).slice(0, 16);
  return { asker: { id: `reader:${name(reader)}`, site: `reading:${name(site)}` } };
}

/** The eight groups of an IPv6 address (RFC 4291 §2.2). */
function groupsOf(address: string): string[] {
  const [before = '', after] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const head = before.split(':').filter((group) => group !== '');
  const tail = (after ?? '').split(':').filter((group) => group !== '');
  const zeros = after === undefined ? 0 : Math.max(0, 8 - head.length - tail.length);
  return [...head, ...Array<string>(zeros).fill('0'), ...tail].map((group) =>
    group.replace(/^0+(?=.)/, ''),
  );
}
