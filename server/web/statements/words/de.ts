import type { StatementWords } from './words.ts';

export const words: StatementWords = {
  privacy: {
    title: 'Datenschutzhinweise',
    version: (version) => `Fassung ${version}`,
    sections: [
      {
        title: 'Wer Ihre Daten verarbeitet',
        text: [
          'Verantwortlich ist die Stelle, die diesen Dienst betreibt. Ihr Datenschutzbeauftragter beantwortet Ihre Fragen: Die Kontakte stehen auf der Website der Stelle.',
        ],
      },
      {
        title: 'Welche Daten, und warum',
        text: [
          'Steuernummer, Name, Geburtsdatum und Bescheide: Sie sagen, ob Ihr Status anerkannt ist. Es sind Gesundheitsdaten; sie werden aus Gründen eines erheblichen öffentlichen Interesses verarbeitet (DSGVO Artikel 9 Absatz 2 Buchstabe g; italienisches Datenschutzgesetz Artikel 2-sexies).',
          'Handynummer und E-Mail-Adresse: um Ihnen den Code zu senden und Sie um Erlaubnis zu fragen, wenn jemand mehr wissen muss.',
          'Das Foto nur, wenn Sie den Behindertenausweis beantragen, und nur für den Ausweis.',
        ],
      },
      {
        title: 'Was sieht, wer Sie prüft',
        text: [
          'Ein Durchgang erfährt nur, ob Sie passieren dürfen und ob eine Begleitperson es darf. Wer den Code mit dem Telefon liest, erfährt für jeden von fünf Bereichen, ob der Status da ist: ja oder nein. Keiner von beiden sieht den Prozentsatz oder die Diagnose.',
          'Das ganze Gutachten sieht man einmal, und nur wenn Sie den Einmalcode weitergeben, der auf Ihr Handy kommt; oder es geht an Ihre eigene E-Mail-Adresse.',
          'Der QR-Code enthält nichts über Sie: nur eine zufällige Zahl.',
        ],
      },
      {
        title: 'Wie lange',
        text: [
          'Der Durchgang behält nichts über Sie. Von jeder Prüfung bleibt 12 Monate lang ein Nachweis ohne Ihren Namen: Sie sehen ihn unter „Wer mich geprüft hat“. Anmeldungen in diesem Bereich werden 24 Monate verschlüsselt aufbewahrt.',
          'Kontakte, Codes, Ausweis und Vollmachten bleiben, bis Sie sie löschen. Bescheide bleiben, solange das Gesetz es verlangt.',
        ],
      },
      {
        title: 'Ihre Rechte',
        text: [
          'In Ihrem Bereich können Sie Ihre Daten sehen und herunterladen, Ihre Kontakte berichtigen, den Code widerrufen und löschen, was das Gesetz zu löschen erlaubt. Sie können sich beim Garante per la protezione dei dati personali beschweren.',
        ],
      },
      {
        title: 'Cookies',
        text: [
          'Wir verwenden nur technische Cookies: eines für Ihre Anmeldung, eines für die gewählte Sprache. Keine Statistik, nichts von anderen Seiten.',
        ],
      },
    ],
  },
  accessibility: {
    title: 'Erklärung zur Barrierefreiheit',
    sections: [
      {
        title: 'Stand der Vereinbarkeit',
        text: [
          'Diese Website soll der Norm EN 301 549 (WCAG 2.1, Stufe AA) und dem italienischen Gesetz 4/2004 entsprechen. Wir erklären sie für teilweise vereinbar, weil sie noch nicht von Menschen erprobt wurde, die täglich Hilfsmittel benutzen.',
        ],
      },
      {
        title: 'Wie wir sie erprobt haben',
        text: [
          'Jede Seite wird automatisch mit axe-core in Chromium geprüft, in der Größe eines Telefons und eines Computers; die Leseseite und der Hauptweg dieses Bereichs auch ohne JavaScript und nur mit der Tastatur. Das ist eine Selbstbewertung.',
        ],
      },
      {
        title: 'Was vielleicht nicht geht',
        text: [
          'Die deutschen, französischen und slowenischen Texte hat noch niemand gelesen, dessen Muttersprache es ist. Die PDF haben echten Text und Struktur, sind aber nicht als PDF/UA zertifiziert.',
        ],
      },
      {
        title: 'Wenn etwas für Sie nicht zugänglich ist',
        text: [
          'Schreiben Sie an die Stelle, die den Dienst betreibt, über die Kontakte auf ihrer Website: Sie muss in 30 Tagen antworten. Fehlt die Antwort oder genügt sie nicht, können Sie sich an den Difensore civico per il digitale bei AgID wenden.',
        ],
      },
    ],
  },
};
