import { counted, plural } from '../../../../shared/plural.ts';
import type { DeskWords } from './words.ts';

export const words: DeskWords = {
  title: 'Sportello',
  lead: 'Leggi il codice QR della persona, poi scrivi il suo codice fiscale.',
  site: 'Sede',
  code: 'Codice QR',
  codeHint: 'Usa il lettore, la fotocamera, oppure incolla il testo del codice.',
  codeProblem: 'Questo non è un codice del servizio. Leggilo di nuovo.',
  codiceFiscale: 'Codice fiscale della persona',
  codiceFiscaleHint: 'Scrivilo, o leggi il codice a barre sul retro della Tessera Sanitaria.',
  codiceFiscaleMissing: 'Scrivi il codice fiscale della persona.',
  siteProblem: 'Scegli la sede in cui ti trovi.',
  verify: 'Verifica',
  formProblem: 'C’è qualcosa da correggere',
  camera: {
    start: 'Usa la fotocamera',
    stop: 'Chiudi la fotocamera',
    looking: 'Inquadra il codice.',
    read: 'Codice letto.',
    denied: 'La fotocamera non è disponibile o non è stata permessa.',
  },
  result: 'Esito del primo livello',
  area: 'Area',
  recognised: 'Riconosciuta',
  yes: 'Sì',
  no: 'No',
  time: 'Ora',
  reference: 'Riferimento',
  next: 'Prossima persona',
  cardValid: 'Carta valida',
  cardInvalid: 'Carta non valida',
  notRecognised:
    'Codice e codice fiscale non sono riconosciuti insieme. Controllali e riprova; oppure chiedi il verbale cartaceo.',
  notInArchive:
    'Non risulta per via elettronica. Non è un rifiuto: chiedi il verbale cartaceo o la sentenza.',
  unavailable: 'In questo momento non si può verificare. Non è un rifiuto: riprova fra poco.',
  throttled: (minutes) =>
    `Troppi tentativi: riprova fra ${plural('it', minutes, { one: 'un minuto', other: `${minutes} minuti` })}.`,
  needsLiveCode:
    'Con questo codice si sono fatti troppi tentativi, in tutto: oggi non si risponde più. Fai aprire il codice dal vivo sul telefono della persona e leggi quello; oppure guarda la sua Carta, o il verbale con un documento.',
  second: {
    title: 'Visualizza giudizio',
    lead: 'Solo con il consenso della persona: riceve un codice sul suo cellulare e lo detta a te.',
    notYours: 'Il giudizio può essere visto solo da chi ha il ruolo di operatore.',
    purpose: 'Finalità',
    purposeHint: 'La finalità è registrata, e la persona la vede nel suo elenco.',
    purposeProblem: 'Scegli la finalità.',
    choose: 'Scegli…',
    byCode: 'Manda il codice al cellulare',
    byMail: 'Manda il giudizio alla sua e-mail',
    mailed: 'Inviato',
    mailedText:
      'Se la persona ha un indirizzo e-mail registrato, riceve lì il giudizio. Qui non viene mostrato.',
    codeTitle: 'Codice della persona',
    codeText: (minutes) =>
      `Il codice è stato mandato al cellulare della persona e vale ${counted('it', minutes, { one: 'minuto', other: 'minuti' })}. Chiedilo e scrivilo qui.`,
    code: 'Codice di 6 cifre',
    triesLeft: (tries) => `Tentativi rimasti: ${tries}.`,
    show: 'Mostra il giudizio',
    resend: 'Manda un altro codice',
    resendHint: (seconds) =>
      seconds < 1
        ? 'Se il codice non è arrivato, puoi mandarne un altro. I tentativi restano quelli.'
        : `Se il codice non arriva, puoi mandarne un altro fra ${counted('it', seconds, { one: 'secondo', other: 'secondi' })}. I tentativi restano quelli.`,
    wrongCode: 'Il codice non è giusto. Controllalo e riprova.',
    codeSpent: 'Il codice non è più valido: è scaduto, è stato usato o sono finiti i tentativi.',
    codeNotSent:
      'Il messaggio con il codice non è partito, quindi nessun codice vale. Riprova fra poco, o manda il giudizio alla sua e-mail.',
    codesLocked: (hours) =>
      `Troppi codici sbagliati per questa persona. Potrai riprovare fra ${counted('it', hours, { one: 'ora', other: 'ore' })}. La persona è stata avvisata.`,
    messageThrottled: (minutes) =>
      `Alla persona sono già arrivati molti codici: per ora non ne parte un altro. Riprova fra ${counted('it', minutes, { one: 'minuto', other: 'minuti' })}, o manda il giudizio alla sua e-mail.`,
    tooSoon: (minutes) =>
      `Hai appena mandato un codice, e i suoi tentativi sono finiti. Potrai mandarne un altro fra ${counted('it', minutes, { one: 'minuto', other: 'minuti' })}.`,
    caseOver: 'Questa verifica è scaduta. Ricomincia dalla lettura del codice.',
  },
  detail: {
    title: 'Giudizio',
    once: 'È mostrato una volta sola, per due minuti. Non copiarlo e non stamparlo.',
    left: (seconds) => `Ancora ${counted('it', seconds, { one: 'secondo', other: 'secondi' })}`,
    gone: 'Il giudizio non è più mostrato.',
    close: 'Chiudi adesso',
    giudizio: 'Giudizio',
    law: 'Norma',
    percentage: 'Percentuale',
    companion: 'Indennità di accompagnamento',
    revision: 'Revisione',
    revisionText: 'una data passata non fa cessare lo stato (L. 114/2014 art. 25 c. 6-bis)',
    benefits: 'Benefici fiscali',
    none: 'nessuno',
  },
  purposes: {
    'contrassegno-parcheggio': 'Contrassegno di parcheggio',
    'agevolazioni-veicoli': 'Agevolazioni fiscali sui veicoli',
    'agevolazioni-trasporto': 'Agevolazioni sul trasporto',
    'collocamento-mirato': 'Collocamento mirato',
    'permessi-lavorativi': 'Permessi e congedi dal lavoro',
    'protesi-ausili': 'Protesi e ausili',
    'esenzione-ticket': 'Esenzione dal ticket',
    'inclusione-scolastica': 'Inclusione scolastica',
    'tributi-locali': 'Tributi e agevolazioni dell’ente',
  },
};
