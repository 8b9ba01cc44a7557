import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type CardRules,
  checkCertificate,
} from '../../../../../server/login/card/certificate-check.ts';
import {
  CardAuthority,
  type CardTerms,
  CIE_POLICY,
  GOOD_NAME,
  type Issued,
  selfSigned,
} from '../../../../support/card-authority.ts';

const NOW = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;

let authority: CardAuthority;
let rules: CardRules;

function rulesFor(
  authorities: readonly CardAuthority[],
  change: Partial<CardRules> = {},
): CardRules {
  const certificates = authorities.map(({ pem }) => new X509Certificate(pem));
  const list = { serials: new Set(['ff']), thisUpdate: NOW - DAY_MS, nextUpdate: NOW + DAY_MS };
  return {
    authorities: certificates,
    revocation: new Map(certificates.map((one) => [one.fingerprint256, list])),
    requireRevocation: true,
    policies: { '1.3.76.16.2.1': 3, '1.3.76.47.4': 3 },
    ...change,
  };
}

beforeAll(async () => {
  authority = await CardAuthority.found('C=IT, O=Regione, CN=Regione CA Cittadini', NOW);
  rules = rulesFor([authority]);
});

test('a good card shows who its owner is', async () => {
  const { der } = await authority.issue();
  expect(checkCertificate([der], rules, NOW)).toEqual({
    ok: true,
    codiceFiscale: 'VRDGNN75C52H501A',
    name: 'GIOVANNA VERDI',
    assurance: 3,
  });
});

test('a CIE has no hash in its name, and its own policy', async () => {
  const terms = { commonName: 'VRDGNN75C52H501A/CA12345AB', policies: [CIE_POLICY] };
  const { der } = await authority.issue(terms);
  expect(checkCertificate([der], rules, NOW)).toMatchObject({ ok: true, assurance: 3 });
});

const refused: [string, CardTerms, string][] = [
  ['expired', { notAfter: NOW - 1000 }, 'cardExpired'],
  ['not yet valid', { notBefore: NOW + 60_000 }, 'cardExpired'],
  ['of another policy', { policies: ['1.3.76.16.2.2'] }, 'cardUnsuited'],
  ['without a policy', { policies: [] }, 'cardUnsuited'],
  ['for servers', { purposes: ['1.3.6.1.5.5.7.3.1'] }, 'cardUnsuited'],
  ['for no named purpose', { purposes: [] }, 'cardUnsuited'],
  ['for encryption only', { usages: 4 }, 'cardUnsuited'],
  ['for signatures of will only', { usages: 2 }, 'cardUnsuited'],
  ['without a key usage', { usages: 0 }, 'cardUnsuited'],
  ['that is an authority', { isAuthority: true }, 'cardUnsuited'],
  ['with a name alone', { commonName: 'Giovanna Verdi' }, 'cardUnsuited'],
  ['without a serial', { commonName: 'VRDGNN75C52H501A' }, 'cardUnsuited'],
  [
    'with a wrong codice fiscale',
    { commonName: GOOD_NAME.replace('501A', '501B') },
    'cardUnsuited',
  ],
  ['with a second slash', { commonName: `x/${GOOD_NAME}` }, 'cardUnsuited'],
  ['with a critical extension that nobody knows', { strange: '1.2.3.4' }, 'cardUnsuited'],
];

test.each(refused)('refused: a card %s', async (_what, terms, problem) => {
  const { der } = await authority.issue(terms);
  expect(checkCertificate([der], rules, NOW)).toEqual({ ok: false, problem });
});

describe('who issued it', () => {
  test('a stranger, or nobody', async () => {
    const other = await CardAuthority.found('C=IT, O=Regione, CN=Regione CA Cittadini', NOW);
    const untrusted = { ok: false, problem: 'cardUntrusted' };
    // The same name is not the same key.
    expect(checkCertificate([(await other.issue()).der, other.der], rules, NOW)).toEqual(untrusted);
    expect(checkCertificate([(await selfSigned(NOW)).der], rules, NOW)).toEqual(untrusted);
    expect(checkCertificate([authority.der], rules, NOW)).toMatchObject({ ok: false });
  });

  test('an authority under ours, if its certificate comes along and is one', async () => {
    const below = await authority.delegate('CN=Below');
    const { der } = await below.issue();
    const both = rulesFor([authority], { requireRevocation: false });
    expect(checkCertificate([der, below.der], both, NOW)).toMatchObject({ ok: true });
    expect(checkCertificate([der], both, NOW)).toMatchObject({ problem: 'cardUntrusted' });
    const person = await authority.delegate('CN=Person', { isAuthority: false });
    const forged = await person.issue();
    expect(checkCertificate([forged.der, person.der], both, NOW)).toMatchObject({
      problem: 'cardUntrusted',
    });
    // The one below may not make a further one: its path length is 0.
    const lower = await below.delegate('CN=Lower');
    const far = await lower.issue();
    expect(checkCertificate([far.der, lower.der, below.der], both, NOW)).toMatchObject({
      problem: 'cardUntrusted',
    });
  });

  test('an authority that has expired', async () => {
    const old = await CardAuthority.found('CN=Old', NOW, { notAfter: NOW - 1000 });
    expect(checkCertificate([(await old.issue()).der], rulesFor([old]), NOW)).toMatchObject({
      problem: 'cardExpired',
    });
  });
});

describe('revocation', () => {
  let card: Issued;
  const withList = (change: object) => {
    const [[fingerprint, list] = []] = [...rules.revocation];
    return { ...rules, revocation: new Map([[String(fingerprint), { ...list, ...change }]]) };
  };
  beforeAll(async () => {
    card = await authority.issue();
  });

  test('a revoked card, however its number is written, also by an old list', () => {
    const serials = new Set([card.serial.replace(/^0+/, '')]);
    for (const change of [{ serials }, { serials, nextUpdate: NOW - 1 }]) {
      const judged = checkCertificate([card.der], withList(change) as CardRules, NOW);
      expect(judged).toEqual({ ok: false, problem: 'cardRevoked' });
    }
  });

  test.each([
    ['too old', { nextUpdate: NOW }],
    ['of the future', { thisUpdate: NOW + 1 }],
  ])('a list %s proves nothing: the card is refused', (_what, change) => {
    const judged = checkCertificate([card.der], withList(change) as CardRules, NOW);
    expect(judged).toEqual({ ok: false, problem: 'revocationUnknown' });
  });

  test('without a list: refused, unless the config says otherwise', () => {
    const none = { ...rules, revocation: new Map() };
    expect(checkCertificate([card.der], none, NOW)).toMatchObject({ problem: 'revocationUnknown' });
    expect(checkCertificate([card.der], { ...none, requireRevocation: false }, NOW).ok).toBe(true);
  });
});

test('any bytes, and any change of a good card, are refused without a fault', async () => {
  const { der } = await authority.issue();
  fc.assert(
    fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
      const changed = Buffer.from(der);
      changed[index] = (changed[index] ?? 0) ^ flip;
      return checkCertificate([changed], rules, NOW).ok === false;
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (bytes) => !checkCertificate([bytes], rules, NOW).ok,
    ),
  );
  expect(checkCertificate([], rules, NOW)).toEqual({ ok: false, problem: 'cardUntrusted' });
});
