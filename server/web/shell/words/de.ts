import type { ShellWords } from './words.ts';

export const words: ShellWords = {
  skipToContent: 'Zum Inhalt',
  chooseLanguage: 'Sprache',
  tagline: 'Der Durchgang, der sich mit einem Code öffnet',
  mainNavigation: 'Hauptnavigation',
  privacy: 'Datenschutz',
  accessibility: 'Erklärung zur Barrierefreiheit',
  usefulLinks: 'Nützliche Links',
  logout: 'Abmelden',
  problems: {
    notFound: {
      title: 'Seite nicht gefunden',
      text: 'Diese Adresse führt zu keiner Seite. Prüfen Sie, ob sie vollständig ist.',
    },
    badRequest: {
      title: 'Die Anfrage ist ungültig',
      text: 'Die Anfrage ist unvollständig oder fehlerhaft. Gehen Sie zurück und versuchen Sie es noch einmal.',
    },
    forbidden: {
      title: 'Nicht erlaubt',
      text: 'Das ist von hier aus nicht möglich. Gehen Sie zum Anfang zurück und versuchen Sie es noch einmal.',
    },
    tooLarge: {
      title: 'Zu groß',
      text: 'Was Sie gesendet haben, ist größer als erlaubt.',
    },
    tooMany: {
      title: 'Zu viele Versuche',
      text: 'Es kamen zu viele Anfragen. Warten Sie einige Minuten und versuchen Sie es noch einmal.',
    },
    unavailable: {
      title: 'Der Dienst ist nicht verfügbar',
      text: 'Wir können gerade nicht antworten. Nichts ist verloren: Versuchen Sie es bald noch einmal.',
    },
    internal: {
      title: 'Etwas ist schiefgegangen',
      text: 'Der Fehler liegt bei uns. Versuchen Sie es bald noch einmal.',
    },
  },
};
