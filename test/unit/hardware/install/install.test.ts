import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
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
      const opened = Object.entries(hardware).filter(([, port]) => port !== undefined);
      const ports = opened.map(([name]) => name);
      expect(ports.sort()).toEqual(['scanner', ...Object.keys(others)].sort());
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

describe('the installer', () => {
  const install = (...args: string[]) =>
    spawnSync('sh', [`${INSTALL}install.sh`, ...args], { encoding: 'utf8' });
  const notInstalled = /^(README\.md|install\.sh|examples\/)/;
  const all = readdirSync(INSTALL, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(INSTALL, join(entry.parentPath, entry.name)))
    .filter((path) => !notInstalled.test(path))
    .sort();

  test('puts every file where the README says, the rule for the board’s restart among them', () => {
    const root = mkdtempSync(join(tmpdir(), 'varco-install-'));
    try {
      // Twice: over what is there already.
      for (const time of ['first', 'second']) {
        const { status, stdout, stderr } = install('--root', root);
        expect({ time, status, stderr }).toEqual({ time, status: 0, stderr: '' });
        const moves = stdout
          .trim()
          .split('\n')
          .map((line) => line.split(' -> '));
        expect(moves.map(([from]) => from).sort()).toEqual(all);
        for (const [from = '', to = ''] of moves) {
          expect(readFileSync(to, 'utf8')).toBe(read(from));
          expect(statSync(to).mode & 0o777).toBe(0o644);
          const place = to.slice(root.length).replace(/[^/]+$/, '');
          const row = read('README.md')
            .split('\n')
            .find((line) => line.includes(`\`${from}\``));
          expect(row).toContain(place);
        }
      }
      expect(existsSync(join(root, 'etc/polkit-1/rules.d/60-varco-reboot.rules'))).toBe(true);
      expect(existsSync(join(root, 'etc/varco'))).toBe(false);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });

  test('with --dry-run only prints what it would do, and refuses unknown options', () => {
    const root = join(tmpdir(), 'varco-install-nowhere');
    expect(install('--dry-run', '--root', root).status).toBe(0);
    expect(existsSync(root)).toBe(false);
    for (const args of [['--root'], ['--force'], ['x']]) {
      const { status, stderr } = install(...args);
      expect(status).toBe(2);
      expect(stderr).toMatch(/usage/);
    }
  });

  test('the units start a file that the build makes', () => {
    const { bin } = JSON.parse(readFileSync(`${INSTALL}../../package.json`, 'utf8'));
    for (const unit of ['varco-kiosk', 'varco-browser']) {
      expect(read(`systemd/${unit}.service`)).toContain(`/opt/varco/${bin.varco} `);
    }
  });
});

describe('the polkit rule', () => {
  /** What the rule answers, run as polkit runs it. */
  const asked = (action: string, subject: object): string => {
    let answer = 'none';
    const polkit = {
      Result: { YES: 'yes', NOT_HANDLED: 'notHandled' },
      addRule: (rule: (a: object, s: object) => string) => {
        answer = rule({ id: action }, subject);
      },
    };
    runInNewContext(read('polkit/60-varco-reboot.rules'), { polkit });
    return answer;
  };
  const reboot = 'org.freedesktop.login1.reboot';
  const kiosk = { user: 'varco', system_unit: 'varco-kiosk.service' };
  const rows: [string, string, object, string][] = [
    ['the kiosk restarts the board', reboot, kiosk, 'yes'],
    ['while the screen is logged in', `${reboot}-multiple-sessions`, kiosk, 'yes'],
    ['an older polkit names no unit', reboot, { user: 'varco' }, 'yes'],
    ['another program of that user', reboot, { ...kiosk, system_unit: 'x.service' }, 'notHandled'],
    ['the screen', reboot, { user: 'varco-screen' }, 'notHandled'],
    ['somebody else', reboot, { user: 'pi' }, 'notHandled'],
    ['inhibitors are not overruled', `${reboot}-ignore-inhibit`, kiosk, 'notHandled'],
    ['power off', 'org.freedesktop.login1.power-off', kiosk, 'notHandled'],
    ['units', 'org.freedesktop.systemd1.manage-units', kiosk, 'notHandled'],
  ];
  test.each(rows)('%s', (_name, action, subject, answer) => {
    expect(asked(action, subject)).toBe(answer);
  });

  test('names the user and the unit that are installed', () => {
    expect(read('systemd/varco-kiosk.service')).toContain('\nUser=varco\n');
  });
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
