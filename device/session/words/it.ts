import type { KioskWords } from './words.ts';

export const words: KioskWords = {
  starting: { title: 'Un momento', text: 'Il varco si sta preparando.' },
  outOfService: {
    scanner: { title: 'Fuori servizio', text: 'Il lettore non risponde. Rivolgiti al personale.' },
    keypad: { title: 'Fuori servizio', text: 'La tastiera non risponde. Rivolgiti al personale.' },
    turnstile: { title: 'Fuori servizio', text: 'Il varco non risponde. Rivolgiti al personale.' },
    command: { title: 'Fuori servizio', text: 'Questo varco è chiuso. Rivolgiti al personale.' },
  },
  updating: {
    title: 'Aggiornamento in corso',
    text: 'Il varco torna in servizio da solo, tra poco.',
  },
  enrolling: {
    waiting: {
      title: 'Varco da registrare',
      text: 'Mostra al lettore il codice di registrazione.',
    },
    asking: { title: 'Registrazione in corso', text: 'Un momento.' },
    refused: { title: 'Codice non accettato', text: 'Chiedi un nuovo codice di registrazione.' },
    unreachable: {
      title: 'Server non raggiungibile',
      text: 'Controlla la rete e mostra di nuovo il codice.',
    },
  },
  selfTest: {
    running: { title: 'Controllo in corso', text: 'Il varco prova le sue parti. Un momento.' },
    failed: { title: 'Controllo non superato', text: 'Mostra questa schermata al personale.' },
  },
  idle: {
    title: 'Mostra il codice QR',
    text: 'Avvicina il codice al lettore, su carta o sul telefono.',
  },
  refusing: {
    notVarco: {
      title: 'Codice non adatto',
      text: 'Questo codice non serve per entrare. Mostra il tuo codice QR.',
    },
    foreignHost: {
      title: 'Codice di un altro servizio',
      text: 'Questo varco non legge codici di altri siti.',
    },
    unsupportedVersion: {
      title: 'Codice da rinnovare',
      text: 'Il formato è diverso da quello atteso. Rivolgiti al personale.',
    },
    malformed: {
      title: 'Codice rovinato',
      text: 'Il codice è incompleto. Scaricalo o stampalo di nuovo.',
    },
    unknownKey: {
      title: 'Codice non verificabile',
      text: 'Non possiamo verificarlo qui. Rivolgiti al personale.',
    },
    badSignature: {
      title: 'Codice non verificabile',
      text: 'Non possiamo verificarlo qui. Rivolgiti al personale.',
    },
    expired: {
      title: 'Codice scaduto',
      text: 'Questo codice non è più valido. Rivolgiti al personale.',
    },
    liveRequired: {
      title: 'Mostra il codice che si rinnova',
      text: 'Qui serve il codice dal vivo: aprilo sul telefono, nella tua pagina.',
    },
    liveStale: {
      title: 'Mostra il codice che si rinnova',
      text: 'Questo è di qualche minuto fa: mostra quello che il telefono rinnova.',
    },
    liveUsed: {
      title: 'Codice già usato',
      text: 'Aspetta che il telefono mostri il prossimo: al massimo mezzo minuto.',
    },
    several: { title: 'Un codice alla volta', text: 'Vedo più codici: mostrane uno solo.' },
    unreadable: { title: 'Non riesco a leggere', text: 'Avvicina il codice e tienilo fermo.' },
  },
  entering: {
    title: 'Scrivi il codice fiscale',
    text: 'Oppure mostra il retro della Tessera Sanitaria.',
    progress: (entered, length) => `${entered} di ${length} caratteri`,
    warning: 'Sei ancora qui? Premi un tasto per continuare.',
    how: {
      direct: '',
      keyIndex:
        'Per una lettera premi il suo tasto, poi il suo posto sul tasto: per la B, due e due. Asterisco cancella, cancelletto conferma.',
      multiTap:
        'Per una lettera premi il suo tasto finché è quella giusta, poi cancelletto. Asterisco cancella. Alla fine cancelletto conferma.',
    },
    suggestion: (changes) => `Forse intendevi ${changes}. Controlla sulla tessera.`,
  },
  echo: {
    next: 'Avanti.',
    omocodia: 'Lettera al posto della cifra.',
    provisional: 'Codice provvisorio: undici cifre.',
    full: 'Codice di sedici caratteri.',
    cleared: 'Tutto cancellato.',
    takenBack: (left) => `Cancellato. Caratteri rimasti: ${left}.`,
    refused: {
      letter: 'Qui va una lettera.',
      digit: 'Qui va una cifra.',
      month: 'Qui va la lettera del mese.',
      place: 'Qui va la lettera del luogo di nascita.',
      nothing: 'Il codice è completo: prema conferma.',
    },
  },
  verifying: { title: 'Verifica in corso', text: 'Un momento.' },
  granted: {
    alone: { title: 'Puoi entrare', text: 'Il varco è aperto.' },
    companion: { title: 'Potete entrare', text: 'Il varco è aperto, anche per chi ti accompagna.' },
  },
  notCovered: {
    title: 'Ingresso non previsto',
    text: 'A questo varco la tua agevolazione non si applica. Il personale può aiutarti.',
  },
  notRecognised: {
    title: 'Dati non riconosciuti',
    text: 'Il codice QR e il codice fiscale non risultano insieme. Riprova o rivolgiti al personale.',
  },
  notOnList: {
    title: 'Ingresso non confermato',
    text: 'Con questo codice il varco ora non si apre. Il personale può aiutarti.',
  },
  notInArchive: {
    title: 'Conferma al personale',
    text: 'Non possiamo confermarlo per via elettronica. Mostra il documento cartaceo al personale.',
  },
  notCoveredByArchive: {
    title: 'Hai un altro documento?',
    text: 'Ciò che risulta non basta qui. Se lo hai, mostralo al personale.',
  },
  unavailable: {
    title: 'Ora non possiamo verificare',
    text: 'Non è un rifiuto: il servizio non risponde. Rivolgiti al personale.',
  },
  listTooOld: {
    title: 'Ora non possiamo verificare',
    text: 'Non è un rifiuto: il varco non è aggiornato. Rivolgiti al personale.',
  },
  confirming: {
    title: 'Scrivi il codice di conferma',
    text: 'Sei cifre, ricevute sul tuo telefono.',
    short: 'Il codice di conferma ha sei cifre.',
    wrong: 'Il codice non è quello giusto. Riprova.',
    triesLeft: (tries) => `Il codice non è quello giusto. Tentativi rimasti: ${tries}.`,
  },
  otpRequired: {
    title: 'Serve un altro codice',
    text: 'Questo varco chiede un codice in più. Rivolgiti al personale.',
  },
  throttled: {
    title: 'Troppi tentativi',
    text: 'Aspetta un poco e riprova, o rivolgiti al personale.',
  },
  needsLiveCode: {
    title: 'Mostra il codice dal vivo',
    text: 'Troppi tentativi con questo. Va bene anche la Carta, o chiedi al personale.',
  },
  turnstileFailed: 'Puoi entrare, ma il varco non si apre: il personale ti farà passare.',
  linkDown: 'Senza collegamento',
  offlineAnswer: 'Risposta data senza collegamento',
  listAge: (minutes) => `elenco di ${minutes} min fa`,
  listUnusable: 'elenco troppo vecchio',
  keys: {
    end: 'Fine',
    help: 'Aiuto',
    language: 'Lingua',
    backspace: 'Cancella',
    clear: 'Ricomincia',
    confirm: 'Conferma',
    accept: 'Usa',
    letters: 'ABC',
    digits: '123',
    keypad: 'Tastiera',
    close: 'Chiudi',
    privacy: 'Privacy',
    contrast: 'Contrasto',
    largeText: 'Testo grande',
    repeat: 'Ripeti',
    volume: 'Volume',
  },
  help: {
    title: 'Aiuto',
    text: 'Mostra il codice QR, poi scrivi il codice fiscale e premi Conferma. Non conserviamo nulla: alla fine lo schermo si cancella da solo. Il personale può aiutarti in ogni momento.',
  },
  privacy: {
    title: 'Privacy',
    text: 'Leggiamo il codice QR e il codice fiscale solo per rispondere a questo varco. Su questa macchina non resta nulla. Il servizio registra la risposta senza il tuo nome, per dodici mesi al massimo. Per i tuoi diritti chiedi al personale.',
    controller: (name) => `Titolare del trattamento: ${name}.`,
  },
  receipt: {
    heading: 'Ricevuta',
    number: 'Numero di ricevuta',
    policy: 'Regola',
    gate: 'Varco',
    time: 'Ora',
  },
  modes: {
    transport: {
      idle: { title: 'Mostra il QR', text: 'Su carta o telefono.' },
      entering: { title: 'Codice fiscale', text: 'O il retro della Tessera Sanitaria.' },
      granted: {
        alone: { title: 'Passa', text: 'Varco aperto.' },
        companion: { title: 'Passate in due', text: 'Varco aperto.' },
      },
    },
    desk: {
      idle: { title: 'Mostra il codice QR', text: 'L’addetto accanto a te può aiutarti.' },
      entering: {
        title: 'Scrivi il codice fiscale',
        text: 'O dai la Tessera Sanitaria all’addetto.',
      },
      granted: {
        alone: { title: 'Confermato', text: 'L’addetto vede la conferma.' },
        companion: {
          title: 'Confermato, in due',
          text: 'L’addetto vede la conferma, anche per chi ti accompagna.',
        },
      },
    },
  },
};
