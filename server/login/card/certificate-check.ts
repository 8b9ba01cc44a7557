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

/** What cards are judged by. */
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
 * Judges a card's certificate as RFC 5280 §6 and the CNS rules ask: issued through valid authorities of
 * the configured list, not revoked, for client authentication and signing, under a policy that is let in,
 * and with a codice fiscale in its name. That the card holds the key was shown by TLS. Pure.
 *
 * @param presented the certificates in DER, the card's first; more of them may help to find the way.
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
    // Whatever is no certificate is none that we trust.
    return { ok: false, problem: 'cardUntrusted' };
  }
  const [card, ...others] = chain as [X509Certificate, ...X509Certificate[]];
  const path = findPath(card, others, rules.authorities);
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

/** The way from the card to one of our authorities, both ends included. */
function findPath(
  card: X509Certificate,
  others: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): X509Certificate[] | undefined {
  const path = [card];
  while (path.length < PATH_MAX) {
    const last = path.at(-1) as X509Certificate;
    const authority = authorities.find((one) => isIssuer(one, last, path.length - 1));
    if (authority) {
      return [...path, authority];
    }
    const next = others.find((one) => !path.includes(one) && isIssuer(one, last, path.length - 1));
    if (!next) {
      return undefined;
    }
    path.push(next);
  }
  return undefined;
}

/** @param below how many certificates of authorities lie between this one and the card. */
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

/** Every certificate but the last is looked for in its issuer's list. */
function revocationProblem(
  path: readonly X509Certificate[],
  { revocation, requireRevocation }: CardRules,
  now: number,
): CardProblem | undefined {
  for (const [index, one] of path.slice(0, -1).entries()) {
    const issuer = path[index + 1] as X509Certificate;
    const list = revocation.get(issuer.fingerprint256);
    const isCurrent = list !== undefined && list.thisUpdate <= now && now < list.nextUpdate;
    // An old list still says what was revoked then.
    if (list?.serials.has(plainSerial(one.serialNumber))) {
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

/** A card's certificate signs, is for clients, is no authority's, and asks nothing that we don't know. */
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
  const levels = (extension?.policies ?? []).flatMap((policy) =>
    Object.hasOwn(policies, policy) ? [policies[policy] ?? 0] : [],
  );
  return levels.length === 0 ? undefined : (Math.max(...levels) as 1 | 2 | 3);
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
