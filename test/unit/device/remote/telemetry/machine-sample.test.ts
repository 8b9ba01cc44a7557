import { describe, expect, test } from 'vitest';
import {
  type MachineReader,
  readMachine,
} from '../../../../../device/remote/telemetry/machine-sample.ts';

const GIB = 1_073_741_824;

/** A machine that is a tree of files. */
function tree(files: Record<string, string>, throttled?: string): MachineReader {
  const missing = async (): Promise<never> => {
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  };
  return {
    text: async (path) => files[path] ?? missing(),
    async list(folder) {
      const inside = Object.keys(files).filter((path) => path.startsWith(`${folder}/`));
      const names = inside.map((path) => path.slice(folder.length + 1).split('/')[0] ?? '');
      return names.length > 0 ? [...new Set(names)] : missing();
    },
    throttled: async () => throttled ?? missing(),
    space: async () => ({ totalBytes: 32 * GIB, availableBytes: 20 * GIB }),
  };
}

/** As a Raspberry Pi 4 shows itself. */
const pi = {
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
  '/sys/class/thermal/thermal_zone0/temp': '52582\n',
  '/sys/class/thermal/cooling_device0/type': 'gpio-fan\n',
  '/proc/meminfo': 'MemTotal:        1892344 kB\nMemFree:  92 kB\nMemAvailable:     1402512 kB\n',
  '/proc/uptime': '35123.71 130211.02\n',
};

describe('a Raspberry Pi', () => {
  test('is read whole', async () => {
    expect(await readMachine(tree(pi, 'throttled=0x50005\n'), '/')).toEqual({
      cpuTemperatureC: 52.6,
      power: { now: ['underVoltage', 'throttled'], sinceBoot: ['underVoltage', 'throttled'] },
      memory: { totalBytes: 1_892_344 * 1_024, availableBytes: 1_402_512 * 1_024 },
      disk: { totalBytes: 32 * GIB, availableBytes: 20 * GIB },
      uptimeS: 35_123,
    });
  });

  test.each([
    ['0x0', [], []],
    ['0x1', ['underVoltage'], []],
    ['0x20000', [], ['frequencyCapped']],
    ['0xe0008', ['softTemperatureLimit'], ['frequencyCapped', 'throttled', 'softTemperatureLimit']],
  ])('says of its supply %s', async (bits, now, sinceBoot) => {
    const { power } = await readMachine(tree(pi, `throttled=${bits}`), '/');
    expect(power).toEqual({ now, sinceBoot });
  });

  test('without vcgencmd says the same through the kernel', async () => {
    const file = '/sys/devices/platform/soc/soc:firmware/get_throttled';
    const { power } = await readMachine(tree({ ...pi, [file]: '50000\n' }), '/');
    expect(power).toEqual({ now: [], sinceBoot: ['underVoltage', 'throttled'] });
  });
});

test('another board: the hottest sane zone, and what it lacks is left out', async () => {
  const board = {
    '/sys/class/thermal/thermal_zone0/type': 'acpitz',
    '/sys/class/thermal/thermal_zone0/temp': '27800',
    '/sys/class/thermal/thermal_zone1/type': 'nvme',
    '/sys/class/thermal/thermal_zone1/temp': '41050',
    '/sys/class/thermal/thermal_zone2/type': 'broken',
    '/sys/class/thermal/thermal_zone2/temp': '-274000',
  };
  expect(await readMachine(tree(board), '/')).toEqual({
    cpuTemperatureC: 41.1,
    disk: { totalBytes: 32 * GIB, availableBytes: 20 * GIB },
  });
});

test('nonsense is nothing', async () => {
  const nonsense = {
    '/proc/meminfo': 'MemTotal: many kB',
    '/proc/uptime': 'long',
    '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal',
    '/sys/class/thermal/thermal_zone0/temp': 'hot',
  };
  const reader = { ...tree(nonsense, 'error=1'), space: () => Promise.reject(new Error('gone')) };
  expect(await readMachine(reader, '/')).toEqual({});
});
