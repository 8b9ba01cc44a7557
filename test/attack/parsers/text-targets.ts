import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { base32nopad } from '@scure/base';
import { layoutFromDescriptor } from '../../../hardware/scanner/framing/hid-descriptor.ts';
import { KeyboardBursts } from '../../../hardware/scanner/framing/hid-keyboard.ts';
import { HID_POS_PROFILES, HidPosReports } from '../../../hardware/scanner/framing/hid-pos.ts';
import {
  identifyScan,
  SCAN_LENGTH_MAX,
  scanBytesToText,
} from '../../../hardware/scanner/framing/scan-text.ts';
import {
  SERIAL_BUFFER_MAX,
  type SerialFraming,
  SerialLines,
} from '../../../hardware/scanner/framing/serial-lines.ts';
import { isValid } from '../../../shared/codice-fiscale/check.ts';
import { expectedAfter } from '../../../shared/codice-fiscale/expect.ts';
import { parse } from '../../../shared/codice-fiscale/parse.ts';
import { SUGGESTIONS_MAX, suggest } from '../../../shared/codice-fiscale/suggest.ts';
import { fromCard } from '../../../shared/codice-fiscale/tessera-sanitaria.ts';
import {
  decodeCredential,
  encodeCredential,
  type Verify,
} from '../../../shared/credential/credential.ts';
import { enrolCodeSchema, parseInvitation } from '../../../shared/protocol/enrolment-messages.ts';
import { mutateBytes, mutateText, type Random } from './mutator.ts';
import { must, type Outcome, type ParserTargets } from './parser-target.ts';

const host = 'varco.example.it';
const keyId = '0a1b2c3d';
const NOW = 1_790_000_000;
/** Always the same key, so that an input is the same in every run. */
const privateKey = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${'07'.repeat(32)}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
});
const publicKey = createPublicKey(privateKey);

const credentials = (
  [
    { kind: 'status', issuedAt: NOW - 1_000 },
    { kind: 'card', issuedAt: NOW - 1_000, expiresAt: NOW + 86_400 },
    { kind: 'status', issuedAt: NOW, expiresAt: NOW + 60, live: true },
    { kind: 'card', issuedAt: NOW, expiresAt: NOW + 60, live: true },
  ] as const
).map((one, index) => ({ ...one, id: String(index).repeat(32) }));
const codes = credentials.map((credential) =>
  encodeCredential(credential, {
    host,
    keyId,
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  }),
);
const ids = new Set(credentials.map(({ id }) => id));

function decode(text: string, verifier: Verify) {
  return decodeCredential(text, { hosts: [host], now: NOW + 1, verify: verifier });
}

const reallyVerify: Verify = (id, message, signature) =>
  id === keyId ? verify(null, message, publicKey, signature) : undefined;

const personal = [
  'RSSMRA80A01H501U',
  'BNCGLI85T50F205Q',
  'RSSMRA80A01H50MR',
  'rssmra80a01h501u',
  'RSS MRA 80A01 H501U',
  '12345678903',
  'VRDLCU70H10Z110X',
];

const framings: readonly SerialFraming[] = ['cr', 'lf', 'crlf', 'line', 'stx-etx', 'quiet'];
const scans = [
  '\x02]Q1HTTPS://VARCO.EXAMPLE.IT/V/1/ABC\x03',
  ']A0RSSMRA80A01H501U\r\n',
  'X\n',
  ']C1123\r',
].map((text) => new TextEncoder().encode(text));

const reports = [
  Uint8Array.from([2, 5, 0x5d, 0x51, 0x31, 72, 84, 84, 80, 83, ...new Array(54).fill(0)]),
  Uint8Array.from([2, 56, 0x5d, 0x41, 0x30, ...new Array(58).fill(65), 1]),
  Uint8Array.from([0, 0, 4, 5, 6, 7, 8, 40]),
  Uint8Array.from([2, 0, 4, 0, 0, 0, 0, 0]),
];
const descriptors = [
  Uint8Array.from([
    0x05, 0x8c, 0x09, 0x02, 0xa1, 0x01, 0x85, 0x02, 0x05, 0x01, 0x09, 0x3b, 0x15, 0x00, 0x26, 0xff,
    0x00, 0x75, 0x08, 0x95, 0x01, 0x81, 0x02, 0x05, 0x8c, 0x09, 0xfb, 0x95, 0x03, 0x81, 0x02, 0x09,
    0xfe, 0x95, 0x38, 0x81, 0x02, 0x09, 0xff, 0x95, 0x01, 0x81, 0x02, 0xc0,
  ]),
];

const took = (value: unknown): Outcome => (value ? 'accepted' : 'refused');

/** What people type, show and plug in. */
export const targets: ParserTargets = {
  'a credential’s text': {
    inputs: 60_000,
    open: () => (random) => {
      const input = mutateText(random, codes, ['HTTPS://', '/V/1/', '/V/2/', '2', 'A'.repeat(64)]);
      return {
        input,
        parse: () => {
          const decoded = decode(input, reallyVerify);
          must(!decoded.ok || ids.has(decoded.credential.id), 'a forged credential');
          return took(decoded.ok);
        },
      };
    },
  },
  'a credential’s token, its signature taken as right': {
    inputs: 60_000,
    open: () => {
      const tokens = codes.map((code) => base32nopad.decode(code.slice(code.lastIndexOf('/') + 1)));
      return (random) => {
        const token = mutateBytes(random, tokens);
        const input = `HTTPS://VARCO.EXAMPLE.IT/V/1/${base32nopad.encode(token)}`;
        return { input, parse: () => took(decode(input, () => true).ok) };
      };
    },
  },
  'a codice fiscale': {
    inputs: 250_000,
    open: () => (random) => {
      const input = mutateText(random, personal);
      return {
        input,
        parse: () => {
          const parsed = parse(input);
          must(parsed.ok === isValid(input), 'parse and isValid differ');
          expectedAfter(input.slice(0, 15));
          return took(parsed.ok);
        },
      };
    },
  },
  'suggestions for a codice fiscale': {
    inputs: 15_000,
    open: () => (random) => {
      const input = mutateText(random, personal);
      return {
        input,
        parse: () => {
          const suggestions = suggest(input);
          must(suggestions.length <= SUGGESTIONS_MAX, 'more suggestions than promised');
          return took(suggestions.length > 0);
        },
      };
    },
  },
  'the back of a Tessera Sanitaria': {
    inputs: 120_000,
    open: () => (random) => {
      const input = mutateText(random, [
        ...personal,
        '*RSSMRA80A01H501U*',
        ']A0RSSMRA80A01H501U\r',
      ]);
      return {
        input,
        parse: () => {
          const found = fromCard(input);
          must(found === undefined || isValid(found), 'a card gives what is no codice fiscale');
          return took(found);
        },
      };
    },
  },
  'a serial scanner': {
    inputs: 80_000,
    open: () => (random) => {
      const input = mutateBytes(random, scans);
      const lines = new SerialLines(random.oneOf(framings));
      return {
        input,
        parse: () => {
          const at = random.below(input.length + 1);
          const found = [
            ...lines.push(input.subarray(0, at)).codes,
            ...lines.push(input.subarray(at)).codes,
          ];
          const last = lines.quiet();
          const all = last ? [...found, last] : found;
          must(
            all.every(({ length }) => length <= SERIAL_BUFFER_MAX),
            'a code over its bound',
          );
          return took(all.map((bytes) => identifyScan(scanBytesToText(bytes))).some(Boolean));
        },
      };
    },
  },
  'a scanner by HID': {
    inputs: 120_000,
    open: () => (random) => {
      const input = Array.from({ length: 1 + random.below(4) }, () => mutateBytes(random, reports));
      return { input, parse: () => took(readReports(random, input)) };
    },
  },
  'a HID descriptor': {
    inputs: 80_000,
    open: () => (random) => {
      const input = mutateBytes(random, descriptors);
      return { input, parse: () => took(readWithLayout(input)) };
    },
  },
  'an enrolment code': {
    inputs: 60_000,
    open: () => (random) => {
      const input = mutateText(random, [
        'VARCO-ENROL:HTTPS://VARCO.EXAMPLE.IT/0123456789ABCDEF',
        'VARCO-ENROL:HTTP://127.0.0.1:8080/0123456789ABCDEF',
        '0123-4567-89ab-cdef',
      ]);
      return {
        input,
        parse: () => took(parseInvitation(input) ?? enrolCodeSchema.safeParse(input).success),
      };
    },
  },
};

function readReports(random: Random, reportsRead: readonly Uint8Array[]): boolean {
  const profile = random.oneOf(Object.values(HID_POS_PROFILES));
  const scanner = new HidPosReports(profile);
  const keyboard = new KeyboardBursts(random.oneOf(['us', 'it']));
  let found = false;
  for (const [index, report] of reportsRead.entries()) {
    const read = [scanner.push(report, index), keyboard.push(report, index)];
    must(
      read.every((one) => (one?.text.length ?? 0) <= SCAN_LENGTH_MAX),
      'a code over its bound',
    );
    found ||= read.some(Boolean);
  }
  return found || keyboard.quiet() !== undefined;
}

function readWithLayout(descriptor: Uint8Array): boolean {
  const layout = layoutFromDescriptor(descriptor);
  if (layout) {
    // A layout that a device declares must not make its reports unreadable.
    const scanner = new HidPosReports(layout);
    for (const report of reports) {
      scanner.push(report, 0);
    }
  }
  return layout !== undefined;
}
