import { counted, plural } from '../../../../shared/plural.ts';
import type { ReadingWords } from './words.ts';

export const words: ReadingWords = {
  title: 'Lecture d’un code QR',
  cardTitle: 'Lecture d’une carte du handicap',
  intro:
    'Vous avez lu le code d’une personne. Demandez-lui son codice fiscale (code fiscal italien), saisissez-le ici et appuyez sur « Vérifier » : vous saurez si le statut est attesté, sans pourcentage ni diagnostic.',
  cardIntro:
    'Vous avez lu une carte du handicap. Demandez à la personne son codice fiscale (code fiscal italien), saisissez-le ici et appuyez sur « Vérifier » : vous saurez seulement si la carte est valable.',
  codeLabel: 'Codice fiscale de la personne',
  codeHint:
    '16 caractères, imprimés aussi sur la carte sanitaire (11 chiffres s’il est provisoire).',
  verify: 'Vérifier',
  formProblem: 'Vérifiez le codice fiscale',
  typed: (count) => `${counted('fr', count, { one: 'caractère', other: 'caractères' })} sur 16`,
  wellFormed: 'Le code est bien écrit.',
  result: 'Résultat de la vérification',
  areas: 'Statut attesté dans chacun des cinq domaines',
  area: 'Domaine',
  recognised: 'Reconnu',
  yes: 'Oui',
  no: 'Non',
  meaningOfNo:
    '« Non » veut dire que rien ne figure dans les archives : un jugement ou un procès-verbal d’avant 2010 peut exister sur papier. Regardez alors le procès-verbal.',
  time: 'Vérifié le',
  reference: 'Numéro de référence',
  keepNothing:
    'Cette réponse est une donnée sensible : ne la photographiez pas et ne la notez pas. Vous pouvez noter seulement le numéro de référence. La personne voit cette vérification dans son espace.',
  again: 'Vérifier de nouveau ce code',
  operators: 'Voir l’avis (opérateurs autorisés seulement)',
  cardValid: 'Carte valable',
  cardNotValid: 'Carte non valable',
  notRecognised: {
    title: 'Non reconnu',
    text: 'Le code et le codice fiscale ne vont pas ensemble, ou le code n’est plus valable. Vérifiez le codice fiscale avec la personne.',
  },
  notInArchive: {
    title: 'Nous ne pouvons pas le confirmer par voie électronique',
    text: 'Ce n’est pas un « non » : les archives ne contiennent encore rien. Les jugements et les procès-verbaux d’avant 2010 n’existent que sur papier : demandez à voir le procès-verbal.',
  },
  unavailable: {
    title: 'Nous ne pouvons pas confirmer maintenant',
    text: 'Les archives ne répondent pas. Ce n’est pas un « non » : réessayez dans quelques minutes, ou demandez à voir le procès-verbal.',
  },
  throttled: {
    title: 'Trop de tentatives',
    text: (minutes) =>
      `Pour protéger la personne, cette vérification est suspendue. Réessayez dans ${plural('fr', minutes, { one: 'une minute', other: `${minutes} minutes` })}, ou demandez à voir le procès-verbal.`,
  },
  needsLiveCode: {
    title: 'Il faut le code en direct',
    text: 'Ce code a été essayé trop souvent. Pour protéger la personne, nous ne répondons plus aujourd’hui. Demandez-lui d’ouvrir le code en direct sur son téléphone et lisez celui-ci ; ou regardez sa Carte, ou le procès-verbal avec une pièce d’identité.',
  },
  stale: {
    title: 'Ce code n’est plus à jour',
    text: 'C’est un code en direct, valable une minute : c’est peut-être une photo. Demandez à la personne de le montrer de nouveau sur son téléphone.',
  },
  notOurs: {
    title: 'Ce code n’est pas valable',
    text: 'Le code est incomplet, n’est pas de ce service ou n’est plus utilisé. Lisez-le de nouveau ; sinon, demandez à la personne de le renouveler dans son espace.',
  },
};
