import { describe, expect, test } from 'vitest';
import type { Alert } from '../../../../../server/fleet/alerts/alert-store.ts';
import { alertWords } from '../../../../../server/fleet/alerts/alert-words.ts';
import { type DueNotice, digest } from '../../../../../server/fleet/alerts/digest.ts';
import { alertKinds } from '../../../../../server/fleet/alerts/kinds.ts';
import { languages } from '../../../../../shared/language.ts';

const NOW = 1_790_000_000_000;

function due(
  given: Partial<Alert>,
  notice: DueNotice['notice'] = 'raised',
  place?: string,
): DueNotice {
  const alert: Alert = {
    id: '1',
    subject: 'server',
    kind: 'temperature',
    severity: 'warning',
    raisedAt: NOW,
    detail: {},
    ...given,
  };
  return { alert, notice, place };
}

test.each([
  ['it', 'varco: 1 allarme, 1 finito', 'NUOVO  Ingresso (Egizio): Troppo caldo (84,5 °C)'],
  ['en', 'varco: 1 alert, 1 over', 'NEW  Ingresso (Egizio): Too hot (84.5 °C)'],
  ['de', 'varco: 1 Alarm, 1 vorbei', 'NEU  Ingresso (Egizio): Zu heiß (84,5 °C)'],
  ['fr', 'varco: 1 alerte, 1 terminée', 'NOUVELLE  Ingresso (Egizio): Trop chaud (84,5 °C)'],
  ['sl', 'varco: 1 alarm, 1 končan', 'NOV  Ingresso (Egizio): Prevroče (84,5 °C)'],
] as const)('in %s, with its numbers as that language writes them', (language, title, line) => {
  const place = 'Ingresso (Egizio)';
  const hot = due({ detail: { value: 84.5 } }, 'raised', place);
  const over = due({ kind: 'offline', detail: { lastSeenAt: NOW } }, 'cleared', place);
  const written = digest([hot, over], language, NOW);
  expect(written.title).toBe(title);
  expect(written.lines[0]).toBe(line);
  expect(written.lines[1]).not.toMatch(/\d/);
});

describe('what was measured', () => {
  test.each<[Alert['kind'], Alert['detail'], string]>([
    [
      'peripheral',
      { parts: ['scanner', 'x'] },
      'NUOVO  il server: Una parte è guasta (Lettore, x)',
    ],
    [
      'expiry',
      { names: ['certificate'], at: NOW + 3 * 86_400_000 },
      'NUOVO  il server: Qualcosa sta per scadere (scade certificate, tra 3 giorni)',
    ],
    [
      'messagesStuck',
      { waiting: 12, dead: 3 },
      'NUOVO  il server: I messaggi alle persone non partono (in attesa 12, non consegnabili 3)',
    ],
  ])('%s', (kind, detail, line) => {
    expect(digest([due({ kind, detail })], 'it', NOW).lines).toEqual([line]);
  });
});

test('many are one line each up to forty, and none is longer than a message may hold', () => {
  const long = due({ detail: { names: ['x'.repeat(500)] } });
  const { title, lines } = digest(
    Array.from({ length: 60 }, () => long),
    'sl',
    NOW,
  );
  expect(title).toBe('varco: 60 alarmov');
  expect(lines).toHaveLength(40);
  expect(lines.at(-1)).toBe('in še 21');
  expect(Math.max(...lines.map(({ length }) => length))).toBe(200);
});

test.each(languages)('every kind has its words in %s', (language) => {
  const titles = alertKinds.map((kind) => alertWords[language].kinds[kind]);
  expect(new Set(titles).size).toBe(alertKinds.length);
});
