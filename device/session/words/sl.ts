import type { KioskWords } from './words.ts';

export const words: KioskWords = {
  starting: { title: 'Trenutek', text: 'Prehod se pripravlja.' },
  outOfService: {
    scanner: { title: 'Ne deluje', text: 'Čitalnik se ne odziva. Obrnite se na osebje.' },
    keypad: { title: 'Ne deluje', text: 'Tipkovnica se ne odziva. Obrnite se na osebje.' },
    turnstile: { title: 'Ne deluje', text: 'Prehod se ne odziva. Obrnite se na osebje.' },
    command: { title: 'Ne deluje', text: 'Ta prehod je zaprt. Obrnite se na osebje.' },
  },
  updating: { title: 'Posodabljanje', text: 'Prehod bo kmalu sam spet deloval.' },
  enrolling: {
    waiting: { title: 'Prehod ni prijavljen', text: 'Čitalniku pokažite prijavno kodo.' },
    asking: { title: 'Prijava poteka', text: 'Trenutek.' },
    refused: { title: 'Koda ni sprejeta', text: 'Zahtevajte novo prijavno kodo.' },
    unreachable: {
      title: 'Strežnik ni dosegljiv',
      text: 'Preverite omrežje in znova pokažite kodo.',
    },
  },
  selfTest: {
    running: { title: 'Samopreizkus', text: 'Prehod preverja svoje dele. Trenutek.' },
    failed: { title: 'Samopreizkus ni uspel', text: 'Ta zaslon pokažite osebju.' },
  },
  idle: {
    title: 'Pokažite kodo QR',
    text: 'Približajte jo čitalniku, na papirju ali na telefonu.',
  },
  refusing: {
    notVarco: {
      title: 'Ni prava koda',
      text: 'Ta koda ne velja za ta prehod. Pokažite svojo kodo QR.',
    },
    foreignHost: {
      title: 'Koda druge storitve',
      text: 'Ta prehod ne bere kod drugih spletnih mest.',
    },
    unsupportedVersion: {
      title: 'Kodo je treba obnoviti',
      text: 'Ima drugačno obliko. Obrnite se na osebje.',
    },
    malformed: {
      title: 'Poškodovana koda',
      text: 'Koda ni popolna. Znova jo prenesite ali natisnite.',
    },
    unknownKey: {
      title: 'Kode ni mogoče preveriti',
      text: 'Tukaj je ne moremo preveriti. Obrnite se na osebje.',
    },
    badSignature: {
      title: 'Kode ni mogoče preveriti',
      text: 'Tukaj je ne moremo preveriti. Obrnite se na osebje.',
    },
    expired: { title: 'Koda je potekla', text: 'Ta koda ne velja več. Obrnite se na osebje.' },
    liveRequired: {
      title: 'Pokažite kodo, ki se obnavlja',
      text: 'Tu je potrebna živa koda: odprite jo na telefonu, na svoji strani.',
    },
    liveStale: {
      title: 'Pokažite kodo, ki se obnavlja',
      text: 'Ta je stara nekaj minut: pokažite tisto, ki jo telefon obnavlja.',
    },
    liveUsed: {
      title: 'Koda je že uporabljena',
      text: 'Počakajte, da telefon pokaže naslednjo: največ pol minute.',
    },
    several: { title: 'Samo ena koda', text: 'Vidim več kod: pokažite samo eno.' },
    unreadable: {
      title: 'Kode ni mogoče prebrati',
      text: 'Približajte kodo in jo držite pri miru.',
    },
  },
  entering: {
    title: 'Vpišite codice fiscale',
    text: 'Ali pokažite zadnjo stran kartice Tessera Sanitaria.',
    progress: (entered, length) => `${entered} od ${length} znakov`,
    warning: 'Ste še tukaj? Za nadaljevanje pritisnite katero koli tipko.',
    how: {
      direct: '',
      keyIndex:
        'Za črko pritisnite njeno tipko, nato njeno mesto na tipki: za B dve in dve. Zvezdica briše, lojtra potrdi.',
      multiTap:
        'Za črko pritiskajte njeno tipko, dokler ni prava, nato lojtra. Zvezdica briše. Na koncu lojtra potrdi.',
    },
    suggestion: (changes) => `Morda ste mislili ${changes}. Preverite na kartici.`,
  },
  echo: {
    next: 'Naprej.',
    omocodia: 'Črka namesto števke.',
    provisional: 'Začasna koda: enajst števk.',
    full: 'Koda s šestnajstimi znaki.',
    cleared: 'Vse je izbrisano.',
    takenBack: (left) => `Izbrisano. Preostali znaki: ${left}.`,
    refused: {
      letter: 'Na tem mestu je črka.',
      digit: 'Na tem mestu je števka.',
      month: 'Na tem mestu je črka meseca.',
      place: 'Na tem mestu je črka kraja rojstva.',
      nothing: 'Koda je popolna: pritisnite potrditev.',
    },
  },
  verifying: { title: 'Preverjanje', text: 'Trenutek.' },
  granted: {
    alone: { title: 'Lahko vstopite', text: 'Prehod je odprt.' },
    companion: {
      title: 'Lahko vstopita oba',
      text: 'Prehod je odprt tudi za vašega spremljevalca.',
    },
  },
  notCovered: {
    title: 'Tukaj ni predvideno',
    text: 'Vaša ugodnost na tem prehodu ne velja. Osebje vam lahko pomaga.',
  },
  notRecognised: {
    title: 'Podatki niso prepoznani',
    text: 'Koda QR in codice fiscale se ne ujemata. Poskusite znova ali se obrnite na osebje.',
  },
  notOnList: {
    title: 'Vstop ni potrjen',
    text: 'S to kodo se prehod zdaj ne odpre. Osebje vam lahko pomaga.',
  },
  notInArchive: {
    title: 'Obrnite se na osebje',
    text: 'Tega ne moremo potrditi elektronsko. Osebju pokažite dokument na papirju.',
  },
  notCoveredByArchive: {
    title: 'Imate drug dokument?',
    text: 'Kar je zapisano, tu ne zadošča. Pokažite ga osebju.',
  },
  unavailable: {
    title: 'Zdaj ne moremo preveriti',
    text: 'To ni zavrnitev: storitev se ne odziva. Obrnite se na osebje.',
  },
  listTooOld: {
    title: 'Zdaj ne moremo preveriti',
    text: 'To ni zavrnitev: prehod ni posodobljen. Obrnite se na osebje.',
  },
  confirming: {
    title: 'Vpišite potrditveno kodo',
    text: 'Šest števk, poslanih na vaš telefon.',
    short: 'Potrditvena koda ima šest števk.',
    wrong: 'Koda ni prava. Poskusite znova.',
    triesLeft: (tries) => `To ni prava koda. Preostali poskusi: ${tries}.`,
  },
  otpRequired: {
    title: 'Potrebna je še ena koda',
    text: 'Ta prehod zahteva dodatno kodo. Obrnite se na osebje.',
  },
  throttled: {
    title: 'Preveč poskusov',
    text: 'Počakajte malo in poskusite znova ali se obrnite na osebje.',
  },
  needsLiveCode: {
    title: 'Pokažite živo kodo',
    text: 'S to je bilo preveč poskusov. Velja tudi kartica, ali pa vprašajte osebje.',
  },
  turnstileFailed: 'Lahko vstopite, vendar se prehod ne odpre: osebje vas bo spustilo skozi.',
  linkDown: 'Brez povezave',
  offlineAnswer: 'Odgovor brez povezave',
  listAge: (minutes) => `seznam star ${minutes} min`,
  listUnusable: 'seznam je prestar',
  keys: {
    end: 'Konec',
    help: 'Pomoč',
    language: 'Jezik',
    backspace: 'Izbriši',
    clear: 'Začni znova',
    confirm: 'Potrdi',
    accept: 'Uporabi',
    letters: 'ABC',
    digits: '123',
    keypad: 'Tipkovnica',
    close: 'Zapri',
    privacy: 'Zasebnost',
    contrast: 'Kontrast',
    largeText: 'Velike črke',
    repeat: 'Ponovi',
    volume: 'Glasnost',
  },
  help: {
    title: 'Pomoč',
    text: 'Pokažite kodo QR, nato vpišite codice fiscale in pritisnite Potrdi. Ničesar ne shranimo: na koncu se zaslon sam izbriše. Osebje vam lahko pomaga kadar koli.',
  },
  privacy: {
    title: 'Zasebnost',
    text: 'Kodo QR in codice fiscale preberemo samo za odgovor na tem prehodu. Na tej napravi ne ostane nič. Storitev zabeleži odgovor brez vašega imena, največ dvanajst mesecev. O svojih pravicah vprašajte osebje.',
    controller: (name) => `Upravljavec podatkov: ${name}.`,
  },
  receipt: {
    heading: 'Potrdilo',
    number: 'Številka potrdila',
    policy: 'Pravilo',
    gate: 'Prehod',
    time: 'Čas',
  },
  modes: {
    transport: {
      idle: { title: 'Pokažite QR', text: 'Na papirju ali telefonu.' },
      entering: { title: 'Codice fiscale', text: 'Ali zadnja stran kartice Tessera Sanitaria.' },
      granted: {
        alone: { title: 'Vstopite', text: 'Prehod odprt.' },
        companion: { title: 'Vstopita oba', text: 'Prehod odprt.' },
      },
    },
    desk: {
      idle: { title: 'Pokažite kodo QR', text: 'Uslužbenec ob vas lahko pomaga.' },
      entering: {
        title: 'Vpišite codice fiscale',
        text: 'Ali dajte kartico Tessera Sanitaria uslužbencu.',
      },
      granted: {
        alone: { title: 'Potrjeno', text: 'Uslužbenec vidi potrditev.' },
        companion: {
          title: 'Potrjeno, za dva',
          text: 'Uslužbenec vidi potrditev, tudi za vašega spremljevalca.',
        },
      },
    },
  },
};
