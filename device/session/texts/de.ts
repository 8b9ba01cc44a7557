import type { Texts } from './words.ts';

export const de: Texts = {
  languageName: 'Deutsch',
  starting: { title: 'Einen Moment', text: 'Das Tor wird vorbereitet.' },
  outOfService: {
    scanner: {
      title: 'Außer Betrieb',
      text: 'Der Leser antwortet nicht. Bitte wenden Sie sich an das Personal.',
    },
    keypad: {
      title: 'Außer Betrieb',
      text: 'Die Tastatur antwortet nicht. Bitte wenden Sie sich an das Personal.',
    },
    turnstile: {
      title: 'Außer Betrieb',
      text: 'Das Tor antwortet nicht. Bitte wenden Sie sich an das Personal.',
    },
  },
  idle: {
    title: 'QR-Code zeigen',
    text: 'Halten Sie ihn vor den Leser, auf Papier oder auf dem Telefon.',
  },
  refusing: {
    notVarco: {
      title: 'Nicht der richtige Code',
      text: 'Dieser Code gilt nicht für dieses Tor. Zeigen Sie Ihren eigenen QR-Code.',
    },
    foreignHost: {
      title: 'Code eines anderen Dienstes',
      text: 'Dieses Tor liest keine Codes anderer Anbieter.',
    },
    unsupportedVersion: {
      title: 'Code erneuern',
      text: 'Er hat ein anderes Format. Bitte wenden Sie sich an das Personal.',
    },
    malformed: {
      title: 'Code beschädigt',
      text: 'Der Code ist unvollständig. Laden oder drucken Sie ihn noch einmal.',
    },
    unknownKey: {
      title: 'Code nicht prüfbar',
      text: 'Wir können ihn hier nicht prüfen. Bitte wenden Sie sich an das Personal.',
    },
    badSignature: {
      title: 'Code nicht prüfbar',
      text: 'Wir können ihn hier nicht prüfen. Bitte wenden Sie sich an das Personal.',
    },
    expired: {
      title: 'Code abgelaufen',
      text: 'Dieser Code gilt nicht mehr. Bitte wenden Sie sich an das Personal.',
    },
    unreadable: { title: 'Nicht lesbar', text: 'Halten Sie den Code näher und ruhig.' },
  },
  entering: {
    title: 'Codice fiscale eingeben',
    text: 'Oder zeigen Sie die Rückseite der Tessera Sanitaria.',
    progress: (entered, length) => `${entered} von ${length} Zeichen`,
    warning: 'Sind Sie noch da? Drücken Sie eine Taste, um fortzufahren.',
    suggestion: (changes) => `Vielleicht meinten Sie ${changes}. Prüfen Sie es auf Ihrer Karte.`,
  },
  verifying: { title: 'Wird geprüft', text: 'Einen Moment.' },
  granted: {
    alone: { title: 'Sie können eintreten', text: 'Das Tor ist offen.' },
    companion: {
      title: 'Sie können beide eintreten',
      text: 'Das Tor ist offen, auch für Ihre Begleitperson.',
    },
  },
  notCovered: {
    title: 'Hier nicht vorgesehen',
    text: 'Ihre Ermäßigung gilt an diesem Tor nicht. Das Personal hilft Ihnen gern.',
  },
  notRecognised: {
    title: 'Daten nicht erkannt',
    text: 'QR-Code und codice fiscale passen nicht zusammen. Versuchen Sie es erneut oder fragen Sie das Personal.',
  },
  notInArchive: {
    title: 'Bitte zum Personal',
    text: 'Wir können das elektronisch nicht bestätigen. Zeigen Sie dem Personal Ihr Dokument auf Papier.',
  },
  unavailable: {
    title: 'Prüfung jetzt nicht möglich',
    text: 'Das ist keine Ablehnung: Der Dienst antwortet nicht. Bitte wenden Sie sich an das Personal.',
  },
  listTooOld: {
    title: 'Prüfung jetzt nicht möglich',
    text: 'Das ist keine Ablehnung: Das Tor ist nicht aktuell. Bitte wenden Sie sich an das Personal.',
  },
  otpRequired: {
    title: 'Weiterer Code nötig',
    text: 'Dieses Tor verlangt einen weiteren Code. Bitte wenden Sie sich an das Personal.',
  },
  throttled: {
    title: 'Zu viele Versuche',
    text: 'Warten Sie kurz und versuchen Sie es erneut, oder fragen Sie das Personal.',
  },
  turnstileFailed: 'Sie können eintreten, aber das Tor öffnet nicht: Das Personal lässt Sie durch.',
  linkDown: 'Keine Verbindung',
  offlineAnswer: 'Antwort ohne Verbindung',
  listAge: (minutes) => `Liste ${minutes} Min. alt`,
  listUnusable: 'Liste zu alt',
  keys: {
    end: 'Ende',
    help: 'Hilfe',
    language: 'Sprache',
    backspace: 'Löschen',
    clear: 'Neu beginnen',
    confirm: 'Bestätigen',
    accept: 'Übernehmen',
    letters: 'ABC',
    digits: '123',
    keypad: 'Tastatur',
    close: 'Schließen',
  },
  help: {
    title: 'Hilfe',
    text: 'Zeigen Sie den QR-Code, geben Sie dann den codice fiscale ein und drücken Sie Bestätigen. Wir speichern nichts: Am Ende wird der Bildschirm von selbst gelöscht. Das Personal hilft Ihnen jederzeit.',
  },
};
