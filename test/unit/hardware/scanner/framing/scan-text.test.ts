import { expect, it } from 'vitest';
import {
  identifyScan,
  scanBytesToText,
} from '../../../../../hardware/scanner/framing/scan-text.ts';

it.each([
  [']Q1HTTPS://GATE.EXAMPLE/V/1/A', { text: 'HTTPS://GATE.EXAMPLE/V/1/A', symbology: 'qr' }],
  [']A0RSSMRA80A01H501U', { text: 'RSSMRA80A01H501U', symbology: 'code39' }],
  ['RSSMRA80A01H501U', { text: 'RSSMRA80A01H501U', symbology: 'code39' }],
  ['12345678903', { text: '12345678903', symbology: 'code39' }],
  ['RSSMRA80A01H501', { text: 'RSSMRA80A01H501', symbology: 'qr' }],
  [']C10123456789012', undefined],
  [']Q1', undefined],
  ['', undefined],
  ['7'.repeat(7090), undefined],
  [']]]]', { text: ']]]]', symbology: 'qr' }],
])('identifies %j', (sent, expected) => {
  expect(identifyScan(sent)).toEqual(expected);
});

it.each([
  [[0, 0, 0x41, 0x42, 0x0d, 0x0a, 0], 'AB'],
  [[0xc3, 0xa8], 'è'],
  [[0xe8, 0x41], 'èA'],
  [[0x41, 0x1d, 0x42], 'A\x1dB'],
  [[0, 2, 13], ''],
])('reads the bytes %j as text', (sent, expected) => {
  expect(scanBytesToText(Uint8Array.from(sent))).toBe(expected);
});
