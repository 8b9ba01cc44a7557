import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** A certificate with its key, both PEM. */
export interface PemPair {
  cert: string;
  key: string;
}

/** A certification authority for tests. */
export interface Authority {
  ca: string;
  /** A certificate for a server with these names and addresses. */
  server(names: readonly string[]): Promise<PemPair>;
  /** A certificate for a client with this common name. */
  client(commonName: string): Promise<PemPair>;
}

export async function newAuthority(name: string): Promise<Authority> {
  const keys = await newKeys();
  let serial = 1;
  const dates = {
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
  };
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    ...dates,
    keys,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  const sign = async (subject: string, extensions: x509.Extension[]): Promise<PemPair> => {
    serial += 1;
    const own = await newKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial.toString(16).padStart(2, '0'),
      subject,
      issuer: ca.subject,
      ...dates,
      signingKey: keys.privateKey,
      publicKey: own.publicKey,
      signingAlgorithm: algorithm,
      extensions,
    });
    const der = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
    return { cert: certificate.toString('pem'), key: x509.PemConverter.encode(der, 'PRIVATE KEY') };
  };
  return {
    ca: ca.toString('pem'),
    server: (names) =>
      sign(`CN=${names[0]}`, [
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({
            type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const),
            value,
          })),
        ),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ]),
    client: (commonName) =>
      sign(`CN=${commonName}`, [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      ]),
  };
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}
