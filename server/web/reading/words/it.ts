import { plural } from '../../../../shared/plural.ts';
import type { ReadingWords } from './words.ts';

export const words: ReadingWords = {
  title: 'Dettaglio lettura QR',
  cardTitle: 'Lettura della Carta della disabilità',
  intro:
    'Hai letto il codice di una persona. Chiedile il codice fiscale, scrivilo qui e premi «Verifica»: saprai se lo stato è attestato, senza percentuali e senza diagnosi.',
  cardIntro:
    'Hai letto una Carta della disabilità. Chiedi il codice fiscale alla persona, scrivilo qui e premi «Verifica»: saprai solo se la carta è valida.',
  codeLabel: 'Codice fiscale della persona',
  codeHint: 'Sono 16 caratteri, scritti anche sulla tessera sanitaria (11 cifre se è provvisorio).',
  verify: 'Verifica',
  formProblem: 'Controlla il codice fiscale',
  typed: (count) => `${count} di 16 caratteri`,
  wellFormed: 'Il codice è scritto bene.',
  result: 'Esito della verifica',
  areas: 'Stato attestato in ciascuna delle cinque aree',
  area: 'Area',
  recognised: 'Riconosciuta',
  yes: 'Sì',
  no: 'No',
  meaningOfNo:
    '«No» vuol dire che in archivio non risulta: una sentenza o un verbale precedente al 2010 possono esistere su carta. In quel caso guarda il verbale.',
  time: 'Verificato il',
  reference: 'Numero di riferimento',
  keepNothing:
    'Questa risposta è un dato personale delicato: non fotografarla e non trascriverla. Puoi annotare solo il numero di riferimento. La persona vede questa verifica nella sua area riservata.',
  again: 'Fai un’altra verifica di questo codice',
  operators: 'Visualizza giudizio (solo operatori autorizzati)',
  cardValid: 'Carta valida',
  cardNotValid: 'Carta non valida',
  notRecognised: {
    title: 'Non riconosciuto',
    text: 'Il codice letto e il codice fiscale non vanno insieme, oppure il codice non è più valido. Ricontrolla il codice fiscale con la persona.',
  },
  notInArchive: {
    title: 'Non possiamo confermarlo per via elettronica',
    text: 'Non è un «no»: in archivio non c’è ancora nulla. Le sentenze e i verbali precedenti al 2010 sono solo su carta: chiedi di vedere il verbale.',
  },
  unavailable: {
    title: 'Ora non possiamo confermare',
    text: 'L’archivio non risponde. Non è un «no»: riprova fra qualche minuto, oppure chiedi di vedere il verbale.',
  },
  throttled: {
    title: 'Troppi tentativi',
    text: (minutes) =>
      `Per proteggere la persona, questa verifica è ferma. Riprova fra ${plural('it', minutes, { one: 'un minuto', other: `${minutes} minuti` })}, oppure chiedi di vedere il verbale.`,
  },
  needsLiveCode: {
    title: 'Serve il codice dal vivo',
    text: 'Con questo codice si sono fatti troppi tentativi. Per proteggere la persona, oggi non rispondiamo più. Chiedile di aprire il codice dal vivo sul suo telefono e leggi quello; oppure guarda la sua Carta, o il verbale con un documento.',
  },
  stale: {
    title: 'Questo codice è scaduto',
    text: 'È un codice dal vivo, e vale un minuto: forse è una foto. Chiedi alla persona di mostrarlo di nuovo sul suo telefono.',
  },
  notOurs: {
    title: 'Questo codice non è valido',
    text: 'Il codice è incompleto, non è di questo servizio o non è più in uso. Leggilo di nuovo; se non va, chiedi alla persona di rinnovarlo nella sua area riservata.',
  },
};
