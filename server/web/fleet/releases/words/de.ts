import { counted } from '../../../../../shared/plural.ts';
import type { ReleaseWords } from './words.ts';

export const words: ReleaseWords = {
  heading: 'Regeln',
  lead: 'Was die Durchgänge fragen, wer es entschieden hat und welche Quelle es sagt.',
  policy: 'Regel',
  authority: 'Stelle',
  standing: 'Stand',
  gates: 'Durchgänge',
  waiting: (count) =>
    counted('de', count, {
      one: 'Version wartet auf Bestätigung',
      other: 'Versionen warten auf Bestätigung',
    }),
  standings: {
    inForce: ({ version }) => `in Kraft, Version ${version}`,
    retired: ({ reason }) => `beendet${reason === '' ? '' : `: ${reason}`}`,
    later: ({ from }) => `in Kraft ab ${from}`,
    ended: ({ on }) => `abgelaufen am ${on}`,
    proposed: () => 'nie bestätigt',
    unknown: () => 'gibt es nicht',
  },
  gatesCannotCheck: (gates) =>
    counted('de', gates, {
      one: 'Durchgang fragt diese Regel und kann jetzt nicht prüfen: Geben Sie ihm eine andere oder bestätigen Sie eine neue Version.',
      other:
        'Durchgänge fragen diese Regel und können jetzt nicht prüfen: Geben Sie ihnen eine andere oder bestätigen Sie eine neue Version.',
    }),
  states: {
    proposed: 'wartet',
    released: 'bestätigt',
    withdrawn: 'zurückgezogen',
    retired: 'beendet',
  },
  law: 'Rechtsgrundlage',
  sources: 'Quellen',
  checkedOn: (day) => `geprüft am ${day}`,
  history: 'Versionen',
  version: 'Version',
  validity: 'Gültig',
  proposedBy: 'Vorgeschlagen von',
  decidedBy: 'Entschieden von',
  note: 'Notiz',
  text: 'Text der Regel',
  trial: {
    heading: 'Probe: wer passiert',
    against: (version) =>
      version === undefined
        ? 'keine Version ist in Kraft'
        : `verglichen mit Version ${version}, die in Kraft ist`,
    judgement: 'Urteil',
    answer: 'Mit dieser Version',
    before: 'Mit der geltenden',
    changes: (count) =>
      counted('de', count, { one: 'Antwort ändert sich', other: 'Antworten ändern sich' }),
    noChange: 'Keine Antwort ändert sich.',
    others: 'Alle Urteile',
    kinds: {
      adult: '46 Jahre alt',
      minor: '10 Jahre alt',
      elder: '76 Jahre alt',
      withMark: 'mit dem Vermerk schwerer Gehbehinderung',
      allNegative: 'in jedem Bereich abgelehnt',
      card: 'Behindertenausweis mit dem A',
      nothing: 'kein Bescheid im Archiv',
    },
    outcomes: {
      granted: 'passiert',
      companion: 'passiert, mit Begleitperson',
      notCovered: 'passiert nicht',
      notInArchive: 'fragt nach dem Dokument: nichts im Archiv',
      notCoveredByArchive: 'fragt nach einem anderen Dokument',
      other: 'kann nicht geprüft werden',
    },
  },
  propose: {
    heading: 'Eine Version vorschlagen',
    help: 'Die Regel als JSON, mit ihren Quellen. Ohne „version“ bekommt sie die nächste Nummer. Kein Durchgang nutzt sie, bevor eine andere Person der Verwaltung sie bestätigt.',
    body: 'Regel',
    note: 'Warum sie sich ändert',
    tryIt: 'Probieren',
    propose: 'Vorschlagen',
  },
  release: {
    heading: (version) => `Version ${version}, wartet auf Bestätigung`,
    help: 'Sehen Sie sich die Probe oben an: Nach der Bestätigung gilt sie ab der nächsten Person.',
    release: 'Bestätigen',
    own: 'Sie haben sie vorgeschlagen: Bestätigen muss sie eine andere Person der Verwaltung.',
  },
  withdraw: { heading: 'Vorschlag zurückziehen', reason: 'Grund' },
  retire: {
    heading: 'Regel beenden',
    help: 'Ab sofort antwortet keine Version: Durchgänge mit dieser Regel sagen, dass sie jetzt nicht prüfen können.',
    reason: 'Grund',
  },
  done: {
    proposed: 'Vorgeschlagen: Eine andere Person der Verwaltung bestätigt sie.',
    released: 'Bestätigt: Die Durchgänge fragen ab jetzt danach.',
    withdrawn: 'Der Vorschlag ist zurückgezogen.',
    retired: 'Beendet: Ihre Durchgänge können nicht prüfen.',
  },
};
