import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openHardware } from '../../../../hardware/open.ts';
import { systemClock } from '../../../../shared/clock.ts';

const INSTALL = fileURLToPath(new URL('../../../../hardware/install/', import.meta.url));
const read = (path: string) => readFileSync(INSTALL + path, 'utf8');

describe('examples', () => {
  test.each(readdirSync(`${INSTALL}examples`))(
    '%s opens, every driver by its name',
    async (name) => {
      const config = JSON.parse(read(`examples/${name}`));
      const deps = { clock: systemClock, random: () => 0, page: { assets: [] } };
      const hardware = await openHardware(config, deps);
      const { scanners: _scanners, ...others } = config;
      expect(Object.keys(hardware).sort()).toEqual(['scanner', ...Object.keys(others)].sort());
    },
  );

  test('the wiring table names the pins of the example', () => {
    const { turnstile, indicator, keypad } = JSON.parse(read('examples/pi-pins.json'));
    // The formatter pads tables.
    const readme = read('README.md').replace(/ +/g, ' ');
    expect(readme).toContain(`| relay | ${turnstile.relay.pin} |`);
    expect(readme).toContain(`| passage sensor | ${turnstile.passage.pin} |`);
    const lamps = [indicator.granted, indicator.refused, indicator.askStaff];
    expect(readme).toContain(`| ${lamps.map((lamp) => lamp.pin).join(', ')} |`);
    expect(readme).toContain(`| buzzer | ${indicator.buzzer.pin} |`);
    expect(readme).toContain(`| keypad rows | ${keypad.rows.join(', ')} |`);
    expect(readme).toContain(`| keypad columns | ${keypad.columns.join(', ')} |`);
  });

  test('no pin is named twice', () => {
    const pins = [...read('examples/pi-pins.json').matchAll(/"pin": (\d+)/g)].map(
      (match) => match[1],
    );
    const { keypad } = JSON.parse(read('examples/pi-pins.json'));
    const all = [...pins.map(Number), ...keypad.rows, ...keypad.columns];
    expect(new Set(all).size).toBe(all.length);
  });
});

test('nothing that a person typed can reach a disk through the kiosk’s unit', () => {
  const unit = read('systemd/varco-kiosk.service');
  for (const line of [
    'LimitCORE=0',
    'MemorySwapMax=0',
    'PrivateTmp=yes',
    'Restart=always',
    'KillMode=control-group',
  ]) {
    expect(unit).toContain(`\n${line}\n`);
  }
});

test('the browser may go to the kiosk’s own page and nowhere else, and keeps nothing', () => {
  const policy = JSON.parse(read('chromium/varco.json'));
  expect(policy.URLBlocklist).toEqual(['*']);
  expect(policy.URLAllowlist).toEqual(['http://127.0.0.1:8080']);
  expect(read('systemd/varco-browser.service')).toContain(`${policy.URLAllowlist[0]}/\n`);
  expect(policy.SavingBrowserHistoryDisabled).toBe(true);
});

const verify = spawnSync('systemd-analyze', ['--version']);
if (verify.status !== 0) {
  process.stderr.write('SKIPPED: systemd-analyze is not installed\n');
}

describe.skipIf(verify.status !== 0)('systemd', () => {
  test.each(['varco-kiosk.service', 'varco-browser.service'])(
    '%s has no unknown or wrong line',
    (name) => {
      const { stderr } = spawnSync(
        'systemd-analyze',
        ['verify', '--man=no', `${INSTALL}systemd/${name}`],
        {
          encoding: 'utf8',
        },
      );
      const ours = stderr.split('\n').filter((line) => line.includes(name));
      // Programs that are not installed on this machine are not a fault of the unit.
      const wrong = ours.filter((line) => !/is not executable|Command .* not found/i.test(line));
      expect(wrong).toEqual([]);
    },
  );
});
