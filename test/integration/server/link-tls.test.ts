import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { linkConfigSchema } from '../../../device/config.ts';
import { enrol } from '../../../device/link/enrol.ts';
import { newKey } from '../../../device/link/identity.ts';
import type { LinkListener } from '../../../server/fleet/link/link-listener.ts';
import { certificateExpiries, type TlsOptions } from '../../../server/tls.ts';
import { systemClock } from '../../../shared/clock.ts';
import { makeEnrolCode } from '../../../shared/protocol/enrolment-messages.ts';
import { type Authority, newAuthority } from '../../support/certificates.ts';
import { admit, newPair, TestLink } from '../../support/link-events.ts';
import { type LinkServer, startLinkServer } from '../../support/link-server.ts';

const DAY_MS = 86_400_000;
const { privateKey, publicKey } = newPair();
let authority: Authority;
let stranger: Authority;
let server: LinkServer | undefined;
const links: TestLink[] = [];

beforeAll(async () => {
  authority = await newAuthority('The authority of a test');
  stranger = await newAuthority('Another authority');
});

afterEach(async () => {
  for (const { link } of links.splice(0)) {
    link.stop();
  }
  await server?.stop();
  server = undefined;
});

afterAll(() => server?.stop());

async function listen(
  names: readonly string[],
  sockets: Parameters<typeof startLinkServer>[0] = {},
): Promise<LinkServer> {
  const tls = tlsOf(await authority.server(names));
  server = await startLinkServer({ tls, ...sockets });
  admit(server, publicKey);
  return server;
}

function tlsOf({ cert, key }: { cert: string; key: string }): TlsOptions {
  return {
    cert: Buffer.from(cert),
    key: Buffer.from(key),
    ca: Buffer.from(authority.ca),
    minVersion: 'TLSv1.2',
    handshakeTimeout: 10_000,
    requestCert: true,
    rejectUnauthorized: false,
  };
}

function dial(url: string, tls: { ca?: string; cert?: string; key?: string }): TestLink {
  const link = new TestLink({ url, privateKey, tls });
  links.push(link);
  return link.start();
}

describe('the server’s certificate is checked', () => {
  test('of the pinned authority and for this name: the link comes up, encrypted', async () => {
    const { linkUrl } = await listen(['127.0.0.1']);
    expect(linkUrl).toMatch(/^wss:/);
    const link = dial(linkUrl, { ca: authority.ca });
    await link.next('up');
    const request = {
      requestId: '3b241101-e2bb-4255-8caf-4136c566a962',
      credentialId: '0'.repeat(32),
      codiceFiscale: 'RSSMRA80A01H501U',
    };
    const { verdict } = await link.link.call('Verify', request, 5_000);
    expect(verdict.outcome).toBe('granted');
  });

  test.each([
    ['of nobody who is trusted', undefined, ['127.0.0.1'], 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['of another authority', 'stranger', ['127.0.0.1'], 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['for another name', 'authority', ['varco.example.it'], 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%s: the link never comes up', async (_name, pinned, names, code) => {
    const { linkUrl } = await listen(names);
    const ca = pinned && { stranger, authority }[pinned]?.ca;
    const link = dial(linkUrl, ca ? { ca } : {});
    expect(await link.next('down')).toBe(`down ${code}`);
    expect(link.seen).not.toContain('up');
  });

  test('and enrolment trusts no other either', async () => {
    const { url } = await listen(['127.0.0.1']);
    const invitation = { server: url, code: makeEnrolCode(new Uint8Array(10)) };
    const ask = (ca: string) =>
      enrol(invitation, newKey(), { clock: systemClock, software: 'test', tls: { ca } });
    expect(await ask(stranger.ca)).toEqual({ ok: false, code: 'SELF_SIGNED_CERT_IN_CHAIN' });
    // The right authority: it is asked, and this server enrols nobody.
    expect(await ask(authority.ca)).toEqual({ ok: false, code: 'unavailable' });
  });
});

describe('a site that demands a client certificate', () => {
  const demand = { sockets: { certificateSites: ['museum'] } };

  test('takes a kiosk whose certificate carries its id, and knows when that ends', async () => {
    const ends: (number | undefined)[] = [];
    const listener: LinkListener = {
      admit: async () => ({ status: 'accepted' }),
      connected: (_kiosk, { certificateEndsAt }) => ends.push(certificateEndsAt),
    };
    const { linkUrl } = await listen(['127.0.0.1'], { ...demand, listener });
    const link = dial(linkUrl, { ca: authority.ca, ...(await authority.client('gate-1')) });
    await link.next('up');
    const [endsAt = 0] = ends;
    expect(Math.abs(endsAt - Date.now() - DAY_MS)).toBeLessThan(60_000);
    const expiries = certificateExpiries(tlsOf(await authority.server(['127.0.0.1'])));
    expect(expiries.map(({ name }) => name)).toEqual([
      'certificate of the server',
      'authority The authority of a test',
    ]);
  });

  test.each([
    ['without one', async () => ({})],
    ['with another kiosk’s', () => authority.client('gate-2')],
    ['with one of another authority', () => stranger.client('gate-1')],
  ])('turns away a kiosk %s, though its key is right', async (_name, certificate) => {
    const { linkUrl } = await listen(['127.0.0.1'], demand);
    const link = dial(linkUrl, { ca: authority.ca, ...(await certificate()) });
    expect(await link.next('down')).toBe('down proofRefused');
  });

  test('while the other sites of the same server need none', async () => {
    const { linkUrl } = await listen(['127.0.0.1'], { sockets: { certificateSites: ['station'] } });
    await dial(linkUrl, { ca: authority.ca }).next('up');
  });
});

test('no link goes in plain text but to this machine itself', () => {
  const parse = (url: string) =>
    linkConfigSchema.safeParse({ url, kioskId: 'k', keyFile: '/k' }).success;
  expect(parse('wss://varco.example.it/link')).toBe(true);
  expect(parse('ws://127.0.0.1:8080/link')).toBe(true);
  expect(parse('ws://varco.example.it/link')).toBe(false);
  expect(parse('ws://127.0.0.1.example.it/link')).toBe(false);
  expect(parse('ws://10.0.0.1/link')).toBe(false);
});

test('a kiosk shows the same code and key again, and gets the same place', async () => {
  const places: string[] = [];
  const listener: LinkListener = {
    admit: async () => ({ status: 'accepted' }),
    async enrol({ publicKey: key }) {
      places.push(key);
      const gate = { name: 'Varco', policy: 'any' };
      return places.length === 1
        ? { ok: true, answer: { kioskId: 'gate-7', gate } }
        : { ok: false, code: 'codeRefused' };
    },
  };
  const { url } = await listen(['127.0.0.1'], { listener });
  const invitation = { server: url, code: makeEnrolCode(new Uint8Array(10)) };
  const deps = { clock: systemClock, software: 'test', tls: { ca: authority.ca } };
  const key = newKey();
  const first = await enrol(invitation, key, deps);
  expect(first).toMatchObject({ ok: true, answer: { kioskId: 'gate-7' } });
  expect(await enrol(invitation, key, deps)).toMatchObject({ ok: true });
  // Whoever else has seen the code comes too late.
  expect(await enrol(invitation, newKey(), deps)).toEqual({ ok: false, code: 'codeRefused' });
});

test('a board whose clock was never set is enrolled by the server’s time', async () => {
  const gate = { name: 'Varco', policy: 'any' };
  const listener: LinkListener = {
    admit: async () => ({ status: 'accepted' }),
    enrol: async () => ({ ok: true, answer: { kioskId: 'gate-8', gate } }),
  };
  const { url } = await listen(['127.0.0.1'], { listener });
  const clock = { ...systemClock, now: () => Date.UTC(2000, 0, 1) };
  const invitation = { server: url, code: makeEnrolCode(new Uint8Array(10)) };
  const deps = { clock, software: 'test', tls: { ca: authority.ca } };
  expect(await enrol(invitation, newKey(), deps)).toMatchObject({ ok: true });
});
