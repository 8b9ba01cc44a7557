import { expect, test } from 'vitest';
import { restartBoard } from '../../../scripts/varco/restart.ts';

/** A program in systemctl's place. */
const says = (script: string) => ['/bin/sh', '-c', script];

const rows: [string, readonly string[], string][] = [
  ['polkit', says('echo "Call to Reboot failed: Access denied" >&2; exit 1'), 'notAllowed'],
  [
    'polkit, of whom nobody can be asked',
    says('echo "Call to Reboot failed: Interactive authentication required." >&2; exit 1'),
    'notAllowed',
  ],
  ['an inhibitor', says('echo "Operation inhibited by x" >&2; exit 1'), 'failed'],
  ['a word without end', says('yes x | head -c 100000 >&2; exit 4'), 'failed'],
  ['a signal', says('kill -9 $$'), 'failed'],
  ['no systemd', ['/nowhere/systemctl', 'reboot'], 'unsupported'],
];
test.each(rows)('the board stays up, for %s: the code says so', async (_who, command, code) => {
  await expect(restartBoard(command)).rejects.toMatchObject({ code });
});

test('systemd takes it, asked in a language that is understood', async () => {
  await restartBoard(says('test "$LC_ALL" = C'));
});
