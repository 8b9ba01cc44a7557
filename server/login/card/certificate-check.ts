import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { parse } from '../../../shared/codice-fiscale/parse.ts';

/** Why a card is refused. */
export type CardProblem =
  | 'cardUntrusted'
  | 'cardExpired'
  | 'cardRevoked'
  | 'cardUnsuited'
  | 'revocationUnknown';

export type CardOutcome =
  | { ok: true; codiceFiscale: string; name: string | undefined; assurance: 1 | 2 | 3 }
  | { ok: false; problem: CardProblem };

/** One authority's list of revoked certificates, its signature checked. */
export interface RevocationList {
  /** Serial numbers, hexadecimal, lower case, without leading zeros. */
  serials: ReadonlySet<string>;
  thisUpdate: number;
  /** Unix milliseconds; a list without one is never in force. */
  nextUpdate: number;
}

/** What cards are checked against. */
export interface CardRules {
  authorities: readonly X509Certificate[];
  /** By the SHA-256 fingerprint of the authority's certificate. */
  revocation: ReadonlyMap<string, RevocationList>;
  requireRevocation: boolean;
  policies: Readonly<Record<string, 1 | 2 | 3>>;
}

/** A card's certificate, at most two intermediate ones, and an authority. */
const PATH_MAX = 4;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
/** `CODICEFISCALE/SERIAL.HASH` on a CNS, where the hash is of the data on the card; a CIE has none. */
const COMMON_NAME = /^([A-Z0-9]{11,16})\/([^/.]{1,32})(?:\.[^/]{1,64})?$/i;

/**
 * Validates a card's certificate by RFC 5280 §6 and the CNS rules: issued by a configured authority through
 * valid intermediates, not revoked, usable for client authentication and signing, under an accepted policy,
 * and with a codice fiscale in its name. TLS has proved possession of the key. Pure.
 *
 * @param presented the certificates in DER, the card's first; the others may complete the path.
 * @param now Unix milliseconds.
 */
export function checkCertificate(
  presented: readonly Uint8Array[],
  rules: CardRules,
  now: number,
): CardOutcome {
  let chain: X509Certificate[];
  let details: x509.X509Certificate;
  try {
    chain = presented.slice(0, PATH_MAX).map((der) => new X509Certificate(der));
    details = new x509.X509Certificate(Uint8Array.from(presented[0] ?? []).buffer);
  } catch {
    // Not a certificate, so not a trusted one.
    return { ok: false, problem: 'cardUntrusted' };
  }
  const [card, ...others] = chain;
  const path = card && findPath(card, others, rules.authorities);
  if (!path) {
    return { ok: false, problem: 'cardUntrusted' };
  }
  if (path.some((one) => !isInForce(one, now))) {
    return { ok: false, problem: 'cardExpired' };
  }
  const problem = revocationProblem(path, rules, now) ?? suitabilityProblem(details);
  if (problem) {
    return { ok: false, problem };
  }
  const assurance = assuranceOf(details, rules.policies);
  const codiceFiscale = codiceFiscaleOf(details);
  return assurance === undefined || codiceFiscale === undefined
    ? { ok: false, problem: 'cardUnsuited' }
    : { ok: true, codiceFiscale, name: nameOf(details), assurance };
}

/** The certification path from the card to a configured authority, both included. */
function findPath(
  card: X509Certificate,
  others: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): X509Certificate[] | undefined {
  const path = [card];
  let last = card;
  while (path.length < PATH_MAX) {
    const issued = last;
    const authority = authorities.find((one) => isIssuer(one, issued, path.length - 1));
    if (authority) {
      return [...path, authority];
    }
    const next = others.find(
      (one) => !path.includes(one) && isIssuer(one, issued, path.length - 1),
    );
    if (!next) {
      return undefined;
    }
    path.push(next);
    last = next;
  }
  return undefined;
}

/** @param below the number of authority certificates between this one and the card. */
function isIssuer(issuer: X509Certificate, issued: X509Certificate, below: number): boolean {
  if (!issuer.ca || !issued.checkIssued(issuer) || !issued.verify(issuer.publicKey)) {
    return false;
  }
  const { pathLength } =
    new x509.X509Certificate(issuer.raw).getExtension(x509.BasicConstraintsExtension) ?? {};
  const usages = new x509.X509Certificate(issuer.raw).getExtension(x509.KeyUsagesExtension);
  const maySign = !usages || (usages.usages & x509.KeyUsageFlags.keyCertSign) !== 0;
  return maySign && (pathLength === undefined || below <= pathLength);
}

function isInForce({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}

/** Looks every certificate but the last up in its issuer's revocation list. */
function revocationProblem(
  path: readonly X509Certificate[],
  { revocation, requireRevocation }: CardRules,
  now: number,
): CardProblem | undefined {
  for (const [index, issuer] of path.slice(1).entries()) {
    const one = path[index];
    const list = revocation.get(issuer.fingerprint256);
    const isCurrent = list !== undefined && list.thisUpdate <= now && now < list.nextUpdate;
    // An outdated list still shows what was revoked by then.
    if (one && list?.serials.has(plainSerial(one.serialNumber))) {
      return 'cardRevoked';
    }
    if (!isCurrent && requireRevocation) {
      return 'revocationUnknown';
    }
  }
  return undefined;
}

export function plainSerial(serial: string): string {
  return serial.toLowerCase().replace(/^0+(?=.)/, '');
}

const known = new Set([
  '2.5.29.14',
  '2.5.29.15',
  '2.5.29.17',
  '2.5.29.18',
  '2.5.29.19',
  '2.5.29.31',
  '2.5.29.32',
  '2.5.29.35',
  '2.5.29.37',
]);

/** A card's certificate signs, is for clients, is not an authority's, and has no unknown critical extension. */
function suitabilityProblem(card: x509.X509Certificate): CardProblem | undefined {
  const usages = card.getExtension(x509.KeyUsagesExtension);
  const purposes = card.getExtension(x509.ExtendedKeyUsageExtension);
  const signs = usages && (usages.usages & x509.KeyUsageFlags.digitalSignature) !== 0;
  const isClient = purposes?.usages.includes(CLIENT_AUTH);
  const isAuthority = card.getExtension(x509.BasicConstraintsExtension)?.ca === true;
  const isStrange = card.extensions.some(({ critical, type }) => critical && !known.has(type));
  return signs && isClient && !isAuthority && !isStrange ? undefined : 'cardUnsuited';
}

function assuranceOf(
  card: x509.X509Certificate,
  policies: CardRules['policies'],
): 1 | 2 | 3 | undefined {
  const extension = card.getExtension(x509.CertificatePolicyExtension);
  const levels = (extension?.policies ?? []).map((policy) =>
    Object.hasOwn(policies, policy) ? policies[policy] : undefined,
  );
  return ([3, 2, 1] as const).find((level) => levels.includes(level));
}

function codiceFiscaleOf(card: x509.X509Certificate): string | undefined {
  const names = card.subjectName.getField('CN');
  const [, text = ''] = COMMON_NAME.exec(names.length === 1 ? (names[0] ?? '') : '') ?? [];
  const parsed = parse(text);
  return (parsed.ok ? parsed : parsed.doubtful)?.code;
}

function nameOf(card: x509.X509Certificate): string | undefined {
  const parts = [card.subjectName.getField('G')[0], card.subjectName.getField('SN')[0]];
  const text = parts.filter((part) => part !== undefined).join(' ');
  return text === '' ? undefined : text.slice(0, 200);
}
