import { plural } from '../../../../shared/plural.ts';
import type { ReadingWords } from './words.ts';

export const words: ReadingWords = {
  title: 'Gelesener QR-Code',
  cardTitle: 'Gelesener Behindertenausweis',
  intro:
    'Sie haben den Code einer Person gelesen. Fragen Sie nach der Steuernummer (codice fiscale), geben Sie sie hier ein und drücken Sie „Prüfen“: Sie erfahren, ob der Status bescheinigt ist, ohne Prozentsatz und ohne Diagnose.',
  cardIntro:
    'Sie haben einen Behindertenausweis gelesen. Fragen Sie nach der Steuernummer (codice fiscale), geben Sie sie hier ein und drücken Sie „Prüfen“: Sie erfahren nur, ob der Ausweis gültig ist.',
  codeLabel: 'Steuernummer (codice fiscale) der Person',
  codeHint: '16 Zeichen, auch auf der Gesundheitskarte gedruckt (11 Ziffern, wenn vorläufig).',
  verify: 'Prüfen',
  formProblem: 'Prüfen Sie die Steuernummer',
  typed: (count) => `${count} von 16 Zeichen`,
  wellFormed: 'Die Nummer ist richtig geschrieben.',
  result: 'Ergebnis der Prüfung',
  areas: 'Bescheinigter Status in den fünf Bereichen',
  area: 'Bereich',
  recognised: 'Anerkannt',
  yes: 'Ja',
  no: 'Nein',
  meaningOfNo:
    '„Nein“ heißt, dass im Archiv nichts dazu steht: Ein Urteil oder ein Bescheid von vor 2010 kann auf Papier vorliegen. Sehen Sie dann den Bescheid an.',
  time: 'Geprüft am',
  reference: 'Referenznummer',
  keepNothing:
    'Diese Antwort ist ein besonders geschütztes Datum: Fotografieren oder notieren Sie sie nicht. Sie dürfen nur die Referenznummer notieren. Die Person sieht diese Prüfung in ihrem Bereich.',
  again: 'Diesen Code noch einmal prüfen',
  operators: 'Gutachten anzeigen (nur befugtes Personal)',
  cardValid: 'Ausweis gültig',
  cardNotValid: 'Ausweis nicht gültig',
  notRecognised: {
    title: 'Nicht erkannt',
    text: 'Code und Steuernummer gehören nicht zusammen, oder der Code gilt nicht mehr. Prüfen Sie die Steuernummer mit der Person.',
  },
  notInArchive: {
    title: 'Wir können das nicht elektronisch bestätigen',
    text: 'Das ist kein „Nein“: Im Archiv steht noch nichts. Urteile und Bescheide von vor 2010 gibt es nur auf Papier: Bitten Sie um den Papierbescheid.',
  },
  unavailable: {
    title: 'Wir können das jetzt nicht bestätigen',
    text: 'Das Archiv antwortet nicht. Das ist kein „Nein“: Versuchen Sie es in einigen Minuten erneut oder bitten Sie um den Papierbescheid.',
  },
  throttled: {
    title: 'Zu viele Versuche',
    text: (minutes) =>
      `Zum Schutz der Person ist diese Prüfung angehalten. Versuchen Sie es in ${plural('de', minutes, { one: 'einer Minute', other: `${minutes} Minuten` })} erneut oder bitten Sie um den Papierbescheid.`,
  },
  needsLiveCode: {
    title: 'Hier ist der Live-Code nötig',
    text: 'Mit diesem Code gab es zu viele Versuche. Zum Schutz der Person antworten wir heute nicht mehr. Bitten Sie sie, den Live-Code auf ihrem Telefon zu öffnen, und lesen Sie diesen; oder sehen Sie sich ihre Karte an oder den Bescheid mit einem Ausweis.',
  },
  stale: {
    title: 'Dieser Code ist abgelaufen',
    text: 'Es ist ein Live-Code, der eine Minute gilt: Vielleicht ist er ein Foto. Bitten Sie die Person, ihn noch einmal auf ihrem Telefon zu zeigen.',
  },
  notOurs: {
    title: 'Dieser Code ist nicht gültig',
    text: 'Der Code ist unvollständig, nicht von diesem Dienst oder nicht mehr in Gebrauch. Lesen Sie ihn noch einmal; sonst bitten Sie die Person, ihn in ihrem Bereich zu erneuern.',
  },
};
