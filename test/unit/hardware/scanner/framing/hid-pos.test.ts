import fc from 'fast-check';
import { expect, it } from 'vitest';
import { layoutFromDescriptor } from '../../../../../hardware/scanner/framing/hid-descriptor.ts';
import {
  HID_POS_PROFILES,
  HidPosReports,
} from '../../../../../hardware/scanner/framing/hid-pos.ts';
import { seededRandom } from '../../../../../scripts/sample/seeded-random.ts';

/** The descriptor that the HID Point of Sale Usage Tables give as their example of a scanner. */
const DESCRIPTOR = Uint8Array.from(
  [
    [0x05, 0x8c, 0x09, 0x02, 0xa1, 0x01, 0x09, 0x12, 0xa1, 0x02, 0x85, 0x02],
    [0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x01, 0x05, 0x01, 0x09, 0x3b, 0x81, 0x02],
    [0x95, 0x03, 0x05, 0x8c, 0x09, 0xfb, 0x09, 0xfc, 0x09, 0xfd, 0x81, 0x02],
    [0x95, 0x38, 0x09, 0xfe, 0x82, 0x02, 0x01, 0x95, 0x02, 0x06, 0x66, 0xff, 0x09, 0x04],
    [0x09, 0x00, 0x81, 0x02, 0x05, 0x8c, 0x25, 0x01, 0x75, 0x01, 0x95, 0x01, 0x09, 0xff],
    [0x81, 0x02, 0x95, 0x07, 0x81, 0x03, 0xc0, 0xc0],
  ].flat(),
);

const LAYOUT = {
  reportId: 2,
  lengthAt: 1,
  aimAt: 2,
  dataAt: 5,
  dataMax: 56,
  continuedAt: 63,
};

/** A report as a Honeywell sends it: its own code id in byte 61, "continued" in byte 63. */
function report(text: string, aim: string, isContinued: boolean): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes[0] = 2;
  bytes[1] = text.length;
  bytes.set(Buffer.from(aim, 'latin1'), 2);
  bytes.set(Buffer.from(text, 'latin1'), 5);
  bytes[61] = 0x73;
  bytes[63] = isContinued ? 1 : 0;
  return bytes;
}

it('finds the layout in a report descriptor', () => {
  expect(layoutFromDescriptor(DESCRIPTOR)).toEqual(LAYOUT);
});

it.each([
  ['nothing', new Uint8Array(0)],
  ['a keyboard', Uint8Array.from([0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0xc0])],
])('finds none in %s', (_name, descriptor) => {
  expect(layoutFromDescriptor(descriptor)).toBeUndefined();
});

it('never throws on a damaged descriptor', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(255), fc.nat(DESCRIPTOR.length), (at, value, length) => {
      const damaged = DESCRIPTOR.slice(0, length);
      damaged[at % Math.max(1, length)] = value;
      const layout = layoutFromDescriptor(damaged);
      expect(layout === undefined || layout.dataAt >= 0).toBe(true);
    }),
  );
});

it.each([
  ['by its descriptor', LAYOUT],
  ['by the profile', HID_POS_PROFILES.honeywell],
])('reads a code in one report, %s', (_name, layout) => {
  const reports = new HidPosReports(layout);
  const text = 'HTTPS://GATE.EXAMPLE/V/1/ABC';
  expect(reports.push(report(text, ']Q1', false), 0)).toEqual({ text, symbology: 'qr' });
});

it('assembles a long code and drops an incomplete one', () => {
  const reports = new HidPosReports(LAYOUT);
  expect(reports.push(report('A'.repeat(56), ']Q1', true), 0)).toBeUndefined();
  expect(reports.push(report('BC\r\n', ']Q1', false), 10)?.text).toBe(`${'A'.repeat(56)}BC`);
  reports.push(report('lost'.repeat(14), ']Q1', true), 20);
  expect(reports.push(report('next', ']Q1', false), 2000)?.text).toBe('next');
});

it('reads a make that sends no AIM id', () => {
  const bytes = new Uint8Array(64);
  bytes.set([2, 5, ...Buffer.from('HELLO')]);
  const reports = new HidPosReports(HID_POS_PROFILES.newland);
  expect(reports.push(bytes, 0)).toEqual({ text: 'HELLO', symbology: 'qr' });
});

it('ignores other symbologies, other reports and incomplete ones', () => {
  const reports = new HidPosReports(LAYOUT);
  expect(reports.push(report('0123456789012', ']E0', false), 0)).toBeUndefined();
  const other = report('x', ']Q1', false);
  other[0] = 3;
  expect(reports.push(other, 0)).toBeUndefined();
  expect(reports.push(new Uint8Array(2), 0)).toBeUndefined();
});

it('stays within its limits whatever reports arrive', () => {
  const random = seededRandom(7);
  const reports = new HidPosReports(LAYOUT);
  for (let round = 0; round < 5000; round++) {
    const bytes = Uint8Array.from({ length: Math.floor(random() * 70) }, () => random() * 256);
    bytes[0] = 2;
    const code = reports.push(bytes, round);
    expect(code === undefined || code.text.length <= 7089).toBe(true);
  }
});
