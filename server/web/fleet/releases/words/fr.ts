import { counted } from '../../../../../shared/plural.ts';
import type { ReleaseWords } from './words.ts';

export const words: ReleaseWords = {
  heading: 'Règles',
  lead: 'Ce que les portes demandent, qui l’a décidé et quelle source le dit.',
  policy: 'Règle',
  authority: 'Autorité',
  standing: 'État',
  gates: 'Portes',
  waiting: (count) =>
    counted('fr', count, {
      one: 'version attend d’être confirmée',
      other: 'versions attendent d’être confirmées',
    }),
  standings: {
    inForce: ({ version }) => `en vigueur, version ${version}`,
    retired: ({ reason }) => `retirée${reason === '' ? '' : ` : ${reason}`}`,
    later: ({ from }) => `en vigueur dès le ${from}`,
    ended: ({ on }) => `terminée le ${on}`,
    proposed: () => 'jamais confirmée',
    unknown: () => 'n’existe pas',
  },
  gatesCannotCheck: (gates) =>
    counted('fr', gates, {
      one: 'porte demande cette règle et ne peut pas vérifier : donnez-lui en une autre, ou confirmez une nouvelle version.',
      other:
        'portes demandent cette règle et ne peuvent pas vérifier : donnez-leur en une autre, ou confirmez une nouvelle version.',
    }),
  states: {
    proposed: 'en attente',
    released: 'confirmée',
    withdrawn: 'abandonnée',
    retired: 'retirée',
  },
  law: 'Base légale',
  sources: 'Sources',
  checkedOn: (day) => `vérifiée le ${day}`,
  history: 'Versions',
  version: 'Version',
  validity: 'Valable',
  proposedBy: 'Proposée par',
  decidedBy: 'Décidée par',
  note: 'Note',
  text: 'Texte de la règle',
  trial: {
    heading: 'Essai : qui passe',
    against: (version) =>
      version === undefined
        ? 'aucune version n’est en vigueur'
        : `comparée à la version ${version}, en vigueur`,
    judgement: 'Jugement',
    answer: 'Avec cette version',
    before: 'Avec celle en vigueur',
    changes: (count) => counted('fr', count, { one: 'réponse change', other: 'réponses changent' }),
    noChange: 'Aucune réponse ne change.',
    others: 'Tous les jugements',
    kinds: {
      adult: '46 ans',
      minor: '10 ans',
      elder: '76 ans',
      withMark: 'avec la mention de graves limites de la marche',
      allNegative: 'négatif dans tous les domaines',
      card: 'Carte du handicap avec le A',
      nothing: 'aucun procès-verbal dans l’archive',
    },
    outcomes: {
      granted: 'passe',
      companion: 'passe, avec un accompagnateur',
      notCovered: 'ne passe pas',
      notInArchive: 'demande le document : rien dans l’archive',
      notCoveredByArchive: 'demande un autre document',
      other: 'ne peut être vérifié',
    },
  },
  propose: {
    heading: 'Proposer une version',
    help: 'La règle en JSON, avec ses sources. Sans « version », elle prend le numéro suivant. Aucune porte ne l’utilise avant qu’un autre administrateur la confirme.',
    body: 'Règle',
    note: 'Pourquoi elle change',
    tryIt: 'Essayer',
    propose: 'Proposer',
  },
  release: {
    heading: (version) => `Version ${version}, en attente de confirmation`,
    help: 'Regardez l’essai ci-dessus : une fois confirmée, elle vaut dès la prochaine personne.',
    release: 'Confirmer',
    own: 'Vous l’avez proposée : un autre administrateur doit la confirmer.',
  },
  withdraw: { heading: 'Abandonner la proposition', reason: 'Motif' },
  retire: {
    heading: 'Retirer la règle',
    help: 'Dès maintenant aucune version ne répond : les portes qui la demandent disent qu’elles ne peuvent pas vérifier.',
    reason: 'Motif',
  },
  done: {
    proposed: 'Proposée : un autre administrateur la confirme.',
    released: 'Confirmée : les portes la demandent dès maintenant.',
    withdrawn: 'La proposition est abandonnée.',
    retired: 'Retirée : ses portes ne peuvent pas vérifier.',
  },
};
