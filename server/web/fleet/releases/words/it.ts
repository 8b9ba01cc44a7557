import { counted } from '../../../../../shared/plural.ts';
import type { ReleaseWords } from './words.ts';

export const words: ReleaseWords = {
  heading: 'Regole',
  lead: 'Che cosa chiedono i varchi, chi lo ha deciso, e quale fonte lo dice.',
  policy: 'Regola',
  authority: 'Ente',
  standing: 'Stato',
  gates: 'Varchi',
  waiting: (count) =>
    counted('it', count, {
      one: 'versione aspetta conferma',
      other: 'versioni aspettano conferma',
    }),
  standings: {
    inForce: ({ version }) => `in vigore, versione ${version}`,
    retired: ({ reason }) => `ritirata${reason === '' ? '' : `: ${reason}`}`,
    later: ({ from }) => `in vigore dal ${from}`,
    ended: ({ on }) => `finita il ${on}`,
    proposed: () => 'mai confermata',
    unknown: () => 'non c’è',
  },
  gatesCannotCheck: (gates) =>
    counted('it', gates, {
      one: 'varco chiede questa regola e ora non può verificare: dagliene un’altra, o conferma una versione nuova.',
      other:
        'varchi chiedono questa regola e ora non possono verificare: dai loro un’altra regola, o conferma una versione nuova.',
    }),
  states: {
    proposed: 'in attesa',
    released: 'confermata',
    withdrawn: 'tolta',
    retired: 'ritirata',
  },
  law: 'Norma',
  sources: 'Fonti',
  checkedOn: (day) => `controllata il ${day}`,
  history: 'Versioni',
  version: 'Versione',
  validity: 'Vale',
  proposedBy: 'Proposta da',
  decidedBy: 'Decisa da',
  note: 'Nota',
  text: 'Testo della regola',
  trial: {
    heading: 'Prova: chi passa',
    against: (version) =>
      version === undefined
        ? 'nessuna versione è in vigore'
        : `confronto con la versione ${version}, in vigore`,
    judgement: 'Giudizio',
    answer: 'Con questa versione',
    before: 'Con quella in vigore',
    changes: (count) =>
      counted('it', count, { one: 'risposta cambia', other: 'risposte cambiano' }),
    noChange: 'Nessuna risposta cambia.',
    others: 'Tutti i giudizi',
    kinds: {
      adult: '46 anni',
      minor: '10 anni',
      elder: '76 anni',
      withMark: 'con il segno di gravi limiti nel camminare',
      allNegative: 'tutte le aree con esito negativo',
      card: 'Carta della disabilità con la A',
      nothing: 'nessun verbale in archivio',
    },
    outcomes: {
      granted: 'passa',
      companion: 'passa, con un accompagnatore',
      notCovered: 'non passa',
      notInArchive: 'chiede il documento: niente in archivio',
      notCoveredByArchive: 'chiede un altro documento',
      other: 'non si può verificare',
    },
  },
  propose: {
    heading: 'Proponi una versione',
    help: 'Il testo della regola in JSON, con le sue fonti. Senza «version» prende il numero seguente. Nessun varco la usa finché un altro amministratore non la conferma.',
    body: 'Regola',
    note: 'Perché cambia',
    tryIt: 'Prova',
    propose: 'Proponi',
  },
  release: {
    heading: (version) => `Versione ${version}, in attesa di conferma`,
    help: 'Guarda la prova qui sopra: confermando, i varchi la chiedono dalla prossima persona.',
    release: 'Conferma',
    own: 'L’hai proposta tu: la deve confermare un altro amministratore.',
  },
  withdraw: { heading: 'Togli la proposta', reason: 'Motivo' },
  retire: {
    heading: 'Ritira la regola',
    help: 'Da subito nessuna versione risponde: i varchi che la chiedono dicono che ora non possono verificare.',
    reason: 'Motivo',
  },
  done: {
    proposed: 'Proposta: la conferma un altro amministratore.',
    released: 'Confermata: i varchi la chiedono da ora.',
    withdrawn: 'Proposta tolta.',
    retired: 'Ritirata: i suoi varchi non possono verificare.',
  },
};
