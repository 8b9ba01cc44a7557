import { decodeCredential, type Verify } from '../../../shared/credential/credential.ts';

/** More than any code's text. */
export const CODE_TEXT_MAX = 600;

/** What a wedge makes of `/V/1/` on a keyboard of another layout is never a letter of base32. */
const ADDRESS_TAIL = /V[^A-Z0-9]+(\d)[^A-Z0-9]+([A-Z2-7]{40,512})$/;

export interface DeskCode {
  id: string;
  kind: 'status' | 'card';
}

/**
 * The credential in what a scanner typed, a camera saw or a person pasted: the whole address, or what a
 * keyboard of another layout made of it (`HTTPSÇ--HOST-V-1-…`). Whether it is still good is the record's
 * to say. Pure.
 *
 * @param host the host in the codes that are issued.
 */
export function readDeskCode(
  text: string,
  options: { host: string; alsoHosts: readonly string[]; verify: Verify },
): DeskCode | undefined {
  if (text.length > CODE_TEXT_MAX) {
    return undefined;
  }
  const typed = text.trim();
  const tail = ADDRESS_TAIL.exec(typed.toUpperCase());
  const { host, alsoHosts, verify } = options;
  const address = /^https:\/\//i.test(typed)
    ? typed
    : tail && `https://${host}/V/${tail[1]}/${tail[2]}`;
  if (!address) {
    return undefined;
  }
  const read = decodeCredential(address, { hosts: [host, ...alsoHosts], verify, now: 0 });
  return read.ok ? { id: read.credential.id, kind: read.credential.kind } : undefined;
}
