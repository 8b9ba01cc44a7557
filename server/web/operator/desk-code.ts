import { decodeCredential, type Verify } from '../../../shared/credential/credential.ts';

/** More than any code's text. */
export const CODE_TEXT_MAX = 600;

/** What a wedge makes of `/V/1/` on a keyboard of another layout is never a letter of base32. */
const ADDRESS_TAIL = /V[^A-Z0-9]+(\d)[^A-Z0-9]+([A-Z2-7]{40,512})$/;

/** How long after a live code was made the form with it may be sent: it is read, and then somebody types. */
const LIVE_FORM_S = 600;

export interface DeskCode {
  id: string;
  kind: 'status' | 'card';
  /** A phone's live code of the last minutes. */
  isLive: boolean;
}

/**
 * The credential in what a scanner typed, a camera saw or a person pasted: the whole address, or what a
 * keyboard of another layout made of it (`HTTPSÇ--HOST-V-1-…`). Whether it is still good is the record's
 * to say. Pure.
 *
 * @param options.host the host in the codes that are issued.
 * @param options.now Unix seconds.
 */
export function readDeskCode(
  text: string,
  options: { host: string; alsoHosts: readonly string[]; verify: Verify; now: number },
): DeskCode | undefined {
  if (text.length > CODE_TEXT_MAX) {
    return undefined;
  }
  const typed = text.trim();
  const tail = ADDRESS_TAIL.exec(typed.toUpperCase());
  const { host, alsoHosts, verify, now } = options;
  const address = /^https:\/\//i.test(typed)
    ? typed
    : tail && `https://${host}/V/${tail[1]}/${tail[2]}`;
  if (!address) {
    return undefined;
  }
  const read = decodeCredential(address, { hosts: [host, ...alsoHosts], verify, now: 0 });
  if (!read.ok) {
    return undefined;
  }
  const { id, kind, live, issuedAt } = read.credential;
  const isLive = live === true && Math.abs(now - issuedAt) < LIVE_FORM_S;
  return { id, kind, isLive };
}
