import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
export const CNS_POLICY = '1.3.76.16.2.1';
export const CIE_POLICY = '1.3.76.47.4';

/** A key and its certificate, PEM and DER. */
export interface Issued {
  key: string;
  certificate: string;
  der: Buffer;
  serial: string;
}

/** How a card differs from a good one. */
export interface CardTerms {
  commonName?: string;
  policies?: string[];
  /** Bits of the key usage (RFC 5280 §4.2.1.3): 1 digitalSignature, 2 nonRepudiation, 4 keyEncipherment. */
  usages?: number;
  purposes?: string[];
  notBefore?: number;
  notAfter?: number;
  isAuthority?: boolean;
  /** The OID of an unknown critical extension. */
  strange?: string;
}

export const GOOD_NAME = 'VRDGNN75C52H501A/7420012345678901.hRfo7thkjPGNCz3xXJBSsXiTbSs=';

/** A certification authority that issues cards like a real one. */
export class CardAuthority {
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: x509.X509Certificate;
  readonly #now: number;
  #serial = 16;

  private constructor(
    keys: webcrypto.CryptoKeyPair,
    certificate: x509.X509Certificate,
    now: number,
  ) {
    this.#keys = keys;
    this.#certificate = certificate;
    this.#now = now;
  }

  static async found(name: string, now: number, terms: { notAfter?: number } = {}) {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name,
      notBefore: new Date(now - 1000 * DAY_MS),
      notAfter: new Date(terms.notAfter ?? now + 1000 * DAY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: authorityExtensions(1),
    });
    return new CardAuthority(keys, certificate, now);
  }

  get pem(): string {
    return this.#certificate.toString('pem');
  }

  get der(): Buffer {
    return Buffer.from(this.#certificate.rawData);
  }

  /** An authority under this one. */
  async delegate(name: string, terms: { isAuthority?: boolean } = {}): Promise<CardAuthority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: this.#nextSerial(),
      subject: name,
      issuer: this.#certificate.subject,
      notBefore: new Date(this.#now - DAY_MS),
      notAfter: new Date(this.#now + 500 * DAY_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: terms.isAuthority === false ? [] : authorityExtensions(0),
    });
    return new CardAuthority(keys, certificate, this.#now);
  }

  async issue(terms: CardTerms = {}): Promise<Issued> {
    const keys = await newKeys();
    const serial = this.#nextSerial();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial,
      subject: subjectOf(terms),
      issuer: this.#certificate.subject,
      notBefore: new Date(terms.notBefore ?? this.#now - 100 * DAY_MS),
      notAfter: new Date(terms.notAfter ?? this.#now + 100 * DAY_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: cardExtensions(terms),
    });
    return issuedOf(keys, certificate, serial);
  }

  /** The list of revoked serial numbers, DER. */
  async revoke(
    serials: readonly string[],
    terms: { thisUpdate?: number; nextUpdate?: number } = {},
  ): Promise<Buffer> {
    const list = await x509.X509CrlGenerator.create({
      issuer: this.#certificate.subject,
      thisUpdate: new Date(terms.thisUpdate ?? this.#now - DAY_MS),
      nextUpdate: new Date(terms.nextUpdate ?? this.#now + DAY_MS),
      signingAlgorithm: ALGORITHM,
      signingKey: this.#keys.privateKey,
      entries: serials.map((serialNumber) => ({
        serialNumber,
        revocationDate: new Date(this.#now - DAY_MS),
      })),
    });
    return Buffer.from(list.rawData);
  }

  #nextSerial(): string {
    this.#serial += 1;
    return this.#serial.toString(16).padStart(8, '0');
  }
}

/** A self-signed card. */
export async function selfSigned(now: number): Promise<Issued> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '05',
    name: subjectOf({}),
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: cardExtensions({}),
  });
  return issuedOf(keys, certificate, '05');
}

/** A listener's own certificate, for `localhost`. */
export async function serverCertificate(now: number): Promise<Issued> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '07',
    name: 'CN=localhost',
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  return issuedOf(keys, certificate, '07');
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function subjectOf({ commonName = GOOD_NAME }: CardTerms): x509.JsonName {
  return [{ C: ['IT'] }, { SN: ['VERDI'] }, { G: ['GIOVANNA'] }, { CN: [commonName] }];
}

function authorityExtensions(pathLength: number): x509.Extension[] {
  return [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  ];
}

function cardExtensions(terms: CardTerms): x509.Extension[] {
  const { policies = [CNS_POLICY], purposes = ['1.3.6.1.5.5.7.3.2'] } = terms;
  const { usages = 1, strange } = terms;
  return [
    ...(usages === 0 ? [] : [new x509.KeyUsagesExtension(usages, true)]),
    ...(purposes.length > 0 ? [new x509.ExtendedKeyUsageExtension(purposes)] : []),
    ...(policies.length > 0 ? [new x509.CertificatePolicyExtension(policies)] : []),
    ...(terms.isAuthority ? [new x509.BasicConstraintsExtension(true, undefined, true)] : []),
    ...(strange ? [new x509.Extension(strange, true, new Uint8Array([5, 0]).buffer)] : []),
  ];
}

async function issuedOf(
  keys: webcrypto.CryptoKeyPair,
  certificate: x509.X509Certificate,
  serial: string,
): Promise<Issued> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    certificate: certificate.toString('pem'),
    der: Buffer.from(certificate.rawData),
    serial,
  };
}
