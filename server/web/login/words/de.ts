import type { LoginWords } from './words.ts';

export const words: LoginWords = {
  citizen: {
    title: 'Anmelden',
    lead: 'Wählen Sie, wie Sie sich ausweisen. Nötig ist eine Identität der Stufe 2 oder höher.',
    oidc: (title) => `Mit ${title} anmelden`,
    oidcHint: 'Wir leiten Sie zu Ihrem Identitätsanbieter; danach kehren Sie hierher zurück.',
    card: 'Mit der Karte anmelden (CNS oder CIE)',
    cardHint: 'Stecken Sie die Karte zuerst in den Leser; der Browser fragt nach ihrer PIN.',
    pin: 'Mit der PIN anmelden',
    pinHint: 'Für alle, die eine PIN in zwei Teilen erhalten haben.',
    noWay: 'Hier ist noch kein Anmeldeweg eingerichtet.',
    staff: 'Sind Sie Bedienstete? Hier anmelden',
  },
  ended:
    'Die Sitzung ist beendet, weil nichts geschah oder Sie sich anderswo abgemeldet haben. Melden Sie sich neu an.',
  staff: {
    title: 'Anmeldung für Bedienstete',
    email: 'E-Mail-Adresse',
    password: 'Passwort',
    code: 'Code der App',
    codeHint: 'Die sechs Ziffern, die Ihre Authentifizierungs-App jetzt zeigt.',
    submit: 'Anmelden',
    wrong:
      'Die Angaben passen nicht zusammen. Prüfen Sie Adresse, Passwort und Code und versuchen Sie es erneut.',
    passkeyTitle: 'Mit einem Passkey',
    passkeyText: 'Fingerabdruck, Gesicht, Geräte-PIN oder Sicherheitsschlüssel: ohne Passwort.',
    passkeyButton: 'Mit einem Passkey anmelden',
    passkeyNoScript: 'Passkeys brauchen JavaScript.',
    passkeyFailed:
      'Der Passkey wurde nicht erkannt. Versuchen Sie es erneut oder nutzen Sie das Passwort.',
    citizens: 'Sind Sie Bürgerin oder Bürger? Hier anmelden',
  },
  invitation: {
    title: 'Ihre Einladung',
    lead: (role) => `Wählen Sie, wie Sie sich anmelden werden. Ihre Rolle: ${role}.`,
    name: 'Vor- und Nachname',
    email: 'E-Mail-Adresse',
    password: 'Passwort',
    passwordHint: 'Mindestens 12 Zeichen. Ein Satz genügt; Ziffern und Zeichen sind nicht nötig.',
    appTitle: 'Authentifizierungs-App',
    appText:
      'Scannen Sie den Code mit Ihrer App oder tippen Sie den Schlüssel ein; schreiben Sie dann die sechs Ziffern ab, die sie zeigt.',
    appPicture: 'QR-Code für die Authentifizierungs-App; der Schlüssel steht darunter.',
    appKey: 'Schlüssel',
    code: 'Code der App',
    submit: 'Zugang anlegen',
    passkeyTitle: 'Oder mit einem Passkey',
    passkeyText: 'Name und Adresse genügen: kein Passwort, keine App.',
    passkeyButton: 'Passkey anlegen',
    done: 'Fertig',
  },
  roles: {
    viewer: 'Beobachter',
    operator: 'Schalterkraft',
    siteManager: 'Standortleitung',
    administrator: 'Verwaltung',
    auditor: 'Prüfung',
  },
  errors: {
    nameMissing: 'Schreiben Sie Vor- und Nachnamen.',
    emailInvalid: 'Schreiben Sie eine gültige E-Mail-Adresse, etwa name@beispiel.it.',
    emailTaken: 'Diese Adresse gehört zu einem anderen Zugang.',
    'password.tooShort': 'Das Passwort braucht mindestens 12 Zeichen.',
    'password.tooLong': 'Das Passwort darf höchstens 128 Zeichen haben.',
    'password.common': 'Dieses Passwort gehört zu den häufigsten: Wählen Sie ein anderes.',
    'password.ownName': 'Das Passwort darf nicht aus Ihrem Namen oder Ihrer Adresse bestehen.',
    codeWrong: 'Der Code der App stimmt nicht: Nehmen Sie den, den sie jetzt zeigt.',
  },
  formProblem: 'Etwas ist zu berichtigen',
  pin: {
    title: 'Mit der PIN anmelden',
    codiceFiscale: 'Steuernummer (codice fiscale)',
    pin: 'PIN',
    pinBox:
      'Beim ersten Mal 16 Zeichen: die ersten 8 kamen per E-Mail oder SMS, die anderen 8 per Brief. Danach genügen 8.',
    submit: 'Anmelden',
    wrong:
      'Steuernummer und PIN passen nicht zusammen. Prüfen Sie sie und versuchen Sie es erneut.',
    newTitle: 'Ihre neue PIN',
    newText:
      'Von nun an gilt diese PIN mit 8 Zeichen. Sie wird nur einmal gezeigt: Schreiben Sie sie auf und tippen Sie sie unten ein.',
    newPin: 'Neue PIN',
    repeat: 'Neue PIN eintippen',
    newSubmit: 'Bestätigen und anmelden',
    newWrong: 'Das ist nicht die PIN von oben. Versuchen Sie es erneut.',
  },
  loggedOut: {
    title: 'Sie sind abgemeldet',
    text: 'Die Sitzung ist geschlossen. Schließen Sie an einem geteilten Rechner auch den Browser.',
    everywhere: 'Alle Ihre Sitzungen auf allen Geräten sind geschlossen.',
    provider: (title) => `Auch bei ${title} abmelden`,
    providerText: 'Der Identitätsanbieter kennt Sie in diesem Browser vielleicht noch.',
    again: 'Neu anmelden',
  },
  account: {
    title: 'Ihr Zugang',
    who: 'Sie sind angemeldet als',
    everywhere: 'Auf allen Geräten abmelden',
    everywhereText: 'Schließt alle Ihre Sitzungen, auch diese.',
    passkeys: 'Passkeys',
    noPasskeys: 'Sie haben noch keine Passkeys.',
    added: 'Angelegt',
    used: 'Benutzt',
    never: 'nie',
    remove: 'Entfernen',
    onlyWay: 'Er ist Ihr einziger Zugang und kann nicht entfernt werden.',
    add: 'Passkey hinzufügen',
    label: 'Name des Passkeys',
  },
  accounts: {
    title: 'Zugänge der Bediensteten',
    name: 'Name',
    role: 'Rolle',
    sites: 'Standorte',
    allSites: 'alle',
    state: 'Zustand',
    states: { invited: 'eingeladen', active: 'aktiv', disabled: 'gesperrt' },
    actions: 'Aktionen',
    reset: 'Zurücksetzen und neu einladen',
    disable: 'Sperren',
    inviteTitle: 'Einladen',
    sitesHint: 'Die Kennungen der Standorte, durch Kommas getrennt, oder „all“ für alle.',
    invite: 'Einladung anlegen',
    linkTitle: 'Der Link der Einladung',
    linkText: 'Geben Sie ihn weiter: Er gilt drei Tage und einmal und wird nicht wieder gezeigt.',
    roleInvalid: 'Wählen Sie eine Rolle.',
    sitesInvalid: 'Schreiben Sie „all“ oder die Kennungen der Standorte, durch Kommas getrennt.',
    own: 'Ihr Zugang',
  },
  problems: {
    providerDown: {
      title: 'Der Identitätsanbieter antwortet nicht',
      text: 'Es liegt nicht an Ihnen. Versuchen Sie es in einigen Minuten oder auf einem anderen Weg.',
    },
    providerRefused: {
      title: 'Die Anmeldung ist nicht gelungen',
      text: 'Der Identitätsanbieter hat sie nicht bestätigt. Beginnen Sie von vorn.',
    },
    cancelled: {
      title: 'Sie haben die Anmeldung abgebrochen',
      text: 'Wir haben nichts über Sie erhalten. Sie können es jederzeit erneut versuchen.',
    },
    answerInvalid: {
      title: 'Der Antwort ist nicht zu trauen',
      text: 'Die Antwort des Identitätsanbieters hat unsere Prüfungen nicht bestanden. Beginnen Sie von vorn.',
    },
    levelTooLow: {
      title: 'Eine höhere Sicherheitsstufe ist nötig',
      text: 'Melden Sie sich mit SPID oder CIE der Stufe 2 oder höher an, etwa mit der App oder einem Code.',
    },
    identityMissing: {
      title: 'Die Steuernummer fehlt',
      text: 'Der Identitätsanbieter gab uns keine gültige Steuernummer; wir können Sie nicht erkennen.',
    },
    stateInvalid: {
      title: 'Diese Anmeldung gilt nicht mehr',
      text: 'Es ist zu viel Zeit vergangen, die Seite wurde schon benutzt oder die Anmeldung begann in einem anderen Browser.',
    },
    cardMissing: {
      title: 'Keine Karte',
      text: 'Der Browser legte kein Zertifikat einer Karte vor. Stecken Sie sie ein, öffnen Sie den Browser neu und versuchen Sie es erneut.',
    },
    cardUntrusted: {
      title: 'Karte nicht anerkannt',
      text: 'Das Zertifikat stammt von keiner Stelle, die wir anerkennen. Nutzen Sie CNS oder CIE.',
    },
    cardExpired: {
      title: 'Karte abgelaufen',
      text: 'Das Zertifikat der Karte ist zurzeit nicht gültig. Nutzen Sie einen anderen Weg.',
    },
    cardRevoked: {
      title: 'Karte widerrufen',
      text: 'Das Zertifikat der Karte wurde widerrufen. Nutzen Sie einen anderen Weg.',
    },
    cardUnsuited: {
      title: 'Ungeeignetes Zertifikat',
      text: 'Das ist nicht das Anmeldezertifikat einer CNS oder CIE. Wählen Sie ein anderes.',
    },
    revocationUnknown: {
      title: 'Wir können die Karte nicht prüfen',
      text: 'Die Liste der widerrufenen Karten ist nicht verfügbar. Versuchen Sie es später oder anders.',
    },
    invitationSpent: {
      title: 'Einladung nicht mehr gültig',
      text: 'Der Link wurde benutzt, ist abgelaufen oder ersetzt. Bitten Sie die Verwaltung um einen neuen.',
    },
    throttled: {
      title: 'Zu viele Versuche',
      text: 'Zur Sicherheit müssen Sie vor dem nächsten Versuch warten.',
    },
    overloaded: {
      title: 'Zu viele Anmeldungen zugleich',
      text: 'Zurzeit gibt es viele Anfragen. Versuchen Sie es gleich noch einmal.',
    },
  },
  retryIn: (minutes) =>
    minutes === 1
      ? 'Versuchen Sie es in einer Minute erneut.'
      : `Versuchen Sie es in ${minutes} Minuten erneut.`,
  again: 'Zurück zur Anmeldung',
};
