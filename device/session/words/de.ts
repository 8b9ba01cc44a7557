import type { KioskWords } from './words.ts';

export const words: KioskWords = {
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
    command: {
      title: 'Außer Betrieb',
      text: 'Dieses Tor ist geschlossen. Bitte wenden Sie sich an das Personal.',
    },
  },
  updating: { title: 'Aktualisierung', text: 'Das Tor ist bald von selbst wieder in Betrieb.' },
  enrolling: {
    waiting: {
      title: 'Tor nicht angemeldet',
      text: 'Halten Sie den Anmeldecode vor das Lesegerät.',
    },
    asking: { title: 'Anmeldung läuft', text: 'Einen Moment.' },
    refused: {
      title: 'Code nicht angenommen',
      text: 'Bitte fordern Sie einen neuen Anmeldecode an.',
    },
    unreachable: {
      title: 'Server nicht erreicht',
      text: 'Prüfen Sie das Netz und zeigen Sie den Code erneut.',
    },
  },
  selfTest: {
    running: { title: 'Selbsttest', text: 'Das Tor prüft seine Teile. Einen Moment.' },
    failed: {
      title: 'Selbsttest nicht bestanden',
      text: 'Zeigen Sie diese Anzeige bitte dem Personal.',
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
    liveRequired: {
      title: 'Zeigen Sie den Code, der sich erneuert',
      text: 'Hier wird der Live-Code gebraucht: Öffnen Sie ihn am Telefon, auf Ihrer Seite.',
    },
    liveStale: {
      title: 'Zeigen Sie den Code, der sich erneuert',
      text: 'Dieser ist einige Minuten alt: Zeigen Sie den, den Ihr Telefon erneuert.',
    },
    liveUsed: {
      title: 'Code schon benutzt',
      text: 'Warten Sie auf den nächsten am Telefon: höchstens eine halbe Minute.',
    },
    several: { title: 'Nur ein Code', text: 'Ich sehe mehrere Codes: Zeigen Sie bitte nur einen.' },
    unreadable: { title: 'Nicht lesbar', text: 'Halten Sie den Code näher und ruhig.' },
  },
  entering: {
    title: 'Codice fiscale eingeben',
    text: 'Oder zeigen Sie die Rückseite der Tessera Sanitaria.',
    progress: (entered, length) => `${entered} von ${length} Zeichen`,
    warning: 'Sind Sie noch da? Drücken Sie eine Taste, um fortzufahren.',
    how: {
      direct: '',
      keyIndex:
        'Für einen Buchstaben drücken Sie seine Taste, dann seinen Platz auf der Taste: für B zwei und zwei. Stern löscht, Raute bestätigt.',
      multiTap:
        'Für einen Buchstaben drücken Sie seine Taste, bis er stimmt, dann Raute. Stern löscht. Am Ende bestätigt Raute.',
    },
    suggestion: (changes) => `Vielleicht meinten Sie ${changes}. Prüfen Sie es auf Ihrer Karte.`,
  },
  echo: {
    next: 'Weiter.',
    omocodia: 'Buchstabe anstelle der Ziffer.',
    provisional: 'Vorläufige Steuernummer: elf Ziffern.',
    full: 'Steuernummer mit sechzehn Zeichen.',
    cleared: 'Alles gelöscht.',
    takenBack: (left) => `Gelöscht. Verbleibende Zeichen: ${left}.`,
    refused: {
      letter: 'Hier steht ein Buchstabe.',
      digit: 'Hier steht eine Ziffer.',
      month: 'Hier steht der Buchstabe des Monats.',
      place: 'Hier steht der Buchstabe des Geburtsorts.',
      nothing: 'Die Steuernummer ist vollständig: Bitte bestätigen.',
    },
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
    text: 'QR-Code und codice fiscale passen nicht zusammen. Noch einmal versuchen oder das Personal fragen.',
  },
  notOnList: {
    title: 'Zutritt nicht bestätigt',
    text: 'Mit diesem Code öffnet sich das Tor jetzt nicht. Das Personal hilft Ihnen gern.',
  },
  notInArchive: {
    title: 'Bitte zum Personal',
    text: 'Elektronisch können wir es nicht bestätigen. Zeigen Sie Ihr Dokument auf Papier.',
  },
  notCoveredByArchive: {
    title: 'Anderes Dokument?',
    text: 'Was vorliegt, reicht hier nicht. Zeigen Sie es dem Personal.',
  },
  unavailable: {
    title: 'Prüfung jetzt nicht möglich',
    text: 'Das ist keine Ablehnung: Der Dienst antwortet nicht. Bitte wenden Sie sich an das Personal.',
  },
  listTooOld: {
    title: 'Prüfung jetzt nicht möglich',
    text: 'Das ist keine Ablehnung: Das Tor ist nicht aktuell. Bitte wenden Sie sich an das Personal.',
  },
  confirming: {
    title: 'Bestätigungscode eingeben',
    text: 'Sechs Ziffern, auf Ihr Telefon gesendet.',
    short: 'Der Bestätigungscode hat sechs Ziffern.',
    wrong: 'Das ist nicht der richtige Code. Versuchen Sie es erneut.',
    triesLeft: (tries) => `Der Code stimmt nicht. Versuche übrig: ${tries}.`,
  },
  otpRequired: {
    title: 'Weiterer Code nötig',
    text: 'Dieses Tor verlangt einen weiteren Code. Bitte wenden Sie sich an das Personal.',
  },
  throttled: {
    title: 'Zu viele Versuche',
    text: 'Warten Sie kurz und versuchen Sie es erneut, oder fragen Sie das Personal.',
  },
  needsLiveCode: {
    title: 'Zeigen Sie den Live-Code',
    text: 'Zu viele Versuche mit diesem. Auch Ihre Karte gilt, oder das Personal hilft.',
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
    privacy: 'Datenschutz',
    contrast: 'Kontrast',
    largeText: 'Große Schrift',
    repeat: 'Wiederholen',
    volume: 'Lautstärke',
  },
  help: {
    title: 'Hilfe',
    text: 'Zeigen Sie den QR-Code, geben Sie dann den codice fiscale ein und drücken Sie Bestätigen. Wir speichern nichts: Am Ende wird der Bildschirm von selbst gelöscht. Das Personal hilft Ihnen jederzeit.',
  },
  privacy: {
    title: 'Datenschutz',
    text: 'Wir lesen den QR-Code und den codice fiscale nur, um an diesem Tor zu antworten. Auf diesem Gerät bleibt nichts. Der Dienst speichert die Antwort ohne Ihren Namen, höchstens zwölf Monate. Zu Ihren Rechten fragen Sie das Personal.',
    controller: (name) => `Verantwortlich: ${name}.`,
  },
  receipt: { heading: 'Beleg', number: 'Belegnummer', policy: 'Regel', gate: 'Tor', time: 'Zeit' },
  modes: {
    transport: {
      idle: { title: 'QR-Code zeigen', text: 'Auf Papier oder Telefon.' },
      entering: { title: 'Codice fiscale', text: 'Oder Rückseite der Tessera Sanitaria.' },
      granted: {
        alone: { title: 'Bitte durchgehen', text: 'Tor offen.' },
        companion: { title: 'Gehen Sie zu zweit durch', text: 'Tor offen.' },
      },
    },
    desk: {
      idle: { title: 'QR-Code zeigen', text: 'Die Person am Schalter hilft Ihnen gern.' },
      entering: {
        title: 'Codice fiscale eingeben',
        text: 'Oder geben Sie die Tessera Sanitaria am Schalter ab.',
      },
      granted: {
        alone: { title: 'Bestätigt', text: 'Der Schalter sieht die Bestätigung.' },
        companion: {
          title: 'Bestätigt, für zwei',
          text: 'Der Schalter sieht die Bestätigung, auch für Ihre Begleitperson.',
        },
      },
    },
  },
};
