import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { alertWords } from '../../../../server/fleet/alerts/alert-words.ts';
import { fleetWords } from '../../../../server/web/fleet/fleet-words.ts';
import { loginWords } from '../../../../server/web/login/login-words.ts';
import { deskWords } from '../../../../server/web/operator/desk-words.ts';
import { portalWords } from '../../../../server/web/portal/portal-words.ts';
import { readingWords } from '../../../../server/web/reading/reading-words.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const numbers = [1, 2, 3, 5, 101, 102, 104, 105];

const slovene: readonly [string, (count: number) => string, string][] = [
  ['alarms, mail', alertWords.sl.fresh, 'alarm alarma alarmi alarmov alarm alarma alarmi alarmov'],
  [
    'alarms, table',
    fleetWords.sl.table.alerts,
    'alarm alarma alarmi alarmov alarm alarma alarmi alarmov',
  ],
  [
    'ended alarms',
    alertWords.sl.over,
    'končan končana končani končanih končan končana končani končanih',
  ],
  [
    'failures',
    fleetWords.sl.rollouts.failed,
    'neuspeh neuspeha neuspehi neuspehov neuspeh neuspeha neuspehi neuspehov',
  ],
  [
    'kiosks of a command',
    fleetWords.sl.commands.bulkWarning,
    'terminal terminala terminale terminalov terminal terminala terminale terminalov',
  ],
  [
    'kiosks in a table',
    (total) => fleetWords.sl.table.shown(0, total),
    'terminala terminalov terminalov terminalov terminala terminalov terminalov terminalov',
  ],
  [
    'kiosks of the summary',
    fleetWords.sl.summary.total,
    'terminal terminala terminali terminalov terminal terminala terminali terminalov',
  ],
  [
    'differences',
    fleetWords.sl.summary.drift,
    'odstopanje odstopanji odstopanja odstopanj odstopanje odstopanji odstopanja odstopanj',
  ],
  [
    'open alarms',
    fleetWords.sl.summary.alerts,
    'odprt odprta odprti odprtih odprt odprta odprti odprtih',
  ],
  [
    'days of silence',
    (days) => fleetWords.sl.alerts.hours(days * 24),
    'dan dneva dni dni dan dneva dni dni',
  ],
  [
    'minutes, login',
    loginWords.sl.retryIn,
    'minuto minuti minute minut minuto minuti minute minut',
  ],
  [
    'minutes, desk',
    deskWords.sl.throttled,
    'minuto minuti minute minut minuto minuti minute minut',
  ],
  [
    'minutes of a code',
    deskWords.sl.second.codeText,
    'minuto minuti minute minut minuto minuti minute minut',
  ],
  [
    'minutes, reading',
    readingWords.sl.throttled.text,
    'minuto minuti minute minut minuto minuti minute minut',
  ],
  [
    'seconds, desk',
    deskWords.sl.detail.left,
    'sekunda sekundi sekunde sekund sekunda sekundi sekunde sekund',
  ],
  [
    'seconds, live code',
    portalWords.sl.live.remaining,
    'sekundo sekundi sekunde sekund sekundo sekundi sekunde sekund',
  ],
  [
    'checks',
    portalWords.sl.data.checks,
    'preverjanje preverjanji preverjanja preverjanj preverjanje preverjanji preverjanja preverjanj',
  ],
];

test.each(slovene)('Slovene: %s', (_name, say, forms) => {
  const said = numbers.map(say);
  const expected = forms.split(' ');
  for (const [index, text] of said.entries()) {
    expect(text.split(/[\s.]/), text).toContain(expected[index]);
  }
});

test.each([
  ['it', 1, 'vale 1 minuto.'],
  ['it', 5, 'vale 5 minuti.'],
  ['fr', 1, 'vaut 1 minute.'],
  ['de', 1, 'gilt 1 Minute.'],
  ['en', 1, 'good for 1 minute.'],
] as const)('%s, %i: %s', (language, minutes, part) => {
  expect(deskWords[language].second.codeText(minutes).toLowerCase()).toContain(part.toLowerCase());
});

test('none and one of anything are alike in French', () => {
  const { typed } = readingWords.fr;
  expect([0, 1, 2].map(typed)).toEqual([
    '0 caractère sur 16',
    '1 caractère sur 16',
    '2 caractères sur 16',
  ]);
});

test('no catalogue builds a plural by hand', () => {
  const byHand = ['device', 'server', 'shared'].flatMap((room) =>
    readdirSync(`${root}${room}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => /words\/\w+\.ts$/.test(file))
      .filter((file) =>
        /[=!]== ?\d|\b\w+ ?% ?10/.test(readFileSync(`${root}${room}/${file}`, 'utf8')),
      ),
  );
  expect(byHand).toEqual([]);
});
