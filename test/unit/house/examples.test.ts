import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { kioskConfigSchema } from '../../../device/config.ts';
import { openHardware } from '../../../hardware/open.ts';
import { parseServerConfig } from '../../../server/server-config.ts';
import { systemClock } from '../../../shared/clock.ts';

const deps = { clock: systemClock, random: Math.random, page: { assets: [] } };
const example = JSON.parse(
  readFileSync(new URL('../../../device/kiosk.example.json', import.meta.url), 'utf8'),
);

describe('device/kiosk.example.json', () => {
  test('is a config that the kiosk accepts, hardware and all', async () => {
    const config = kioskConfigSchema.parse(example);
    const hardware = await openHardware(config.hardware, deps);
    const opened = Object.entries(hardware).filter(([, port]) => port !== undefined);
    const ports = opened.map(([name]) => name);
    expect(ports.sort()).toEqual(['display', 'indicator', 'scanner', 'turnstile']);
  });

  test('a plain link to another machine is refused', () => {
    const plain = { ...example, link: { ...example.link, url: 'ws://varco.example.it/link' } };
    expect(kioskConfigSchema.safeParse(plain).error?.issues[0]?.path).toEqual(['link', 'url']);
  });
});

test('device/kiosk.enrolled.example.json is a config of a kiosk to be enrolled', () => {
  const enrolled = JSON.parse(
    readFileSync(new URL('../../../device/kiosk.enrolled.example.json', import.meta.url), 'utf8'),
  );
  const { link } = kioskConfigSchema.parse(enrolled);
  expect(link.url).toBeUndefined();
  const both = { ...enrolled, link: { ...enrolled.link, url: 'wss://varco.example.it/link' } };
  expect(kioskConfigSchema.safeParse(both).success).toBe(false);
});

test.each([
  'server.example.json',
  'server.fleet.example.json',
  'server.messages.example.json',
  'server.tls.example.json',
])('server/%s', (name) => {
  const text = readFileSync(new URL(`../../../server/${name}`, import.meta.url), 'utf8');
  expect(parseServerConfig(JSON.parse(text))).toMatchObject({ host: 'varco.example.it' });
  expect(text).not.toMatch(/"(password|token|secret)"/);
});

test('every problem of the hardware is reported at once', async () => {
  const wrong = {
    scanners: [
      { driver: 'camera', command: [], width: 1, height: 480, format: 'gray' },
      { driver: 'telepathy' },
    ],
    display: { driver: 'hologram' },
    turnstile: { driver: 'simulated', extra: true },
    toaster: {},
  };
  const problems = await openHardware(wrong, deps).catch((error) => error);
  expect(problems).toMatchObject({ code: 'configInvalid' });
  expect(problems.message.split('\n').map((line: string) => line.split(':')[0])).toEqual([
    'hardware.toaster',
    'hardware.scanners.0.command',
    'hardware.scanners.0.width',
    'hardware.scanners.1.driver',
    'hardware.display.driver',
    'hardware.indicator.driver',
    'hardware.turnstile',
  ]);
});
