import { counted, plural } from '../../../../shared/plural.ts';
import type { DeskWords } from './words.ts';

export const words: DeskWords = {
  title: 'Guichet',
  lead: 'Lisez le code QR de la personne, puis tapez son code fiscal.',
  site: 'Site',
  code: 'Code QR',
  codeHint: 'Utilisez le lecteur ou la caméra, ou collez le texte du code.',
  codeProblem: 'Ce n’est pas un code du service. Lisez-le de nouveau.',
  codiceFiscale: 'Code fiscal de la personne',
  codiceFiscaleHint: 'Tapez-le, ou lisez le code-barres au dos de la carte sanitaire.',
  codiceFiscaleMissing: 'Tapez le code fiscal de la personne.',
  siteProblem: 'Choisissez le site où vous êtes.',
  verify: 'Vérifier',
  formProblem: 'Quelque chose est à corriger',
  camera: {
    start: 'Utiliser la caméra',
    stop: 'Fermer la caméra',
    looking: 'Présentez le code à la caméra.',
    read: 'Code lu.',
    denied: 'La caméra n’est pas disponible ou n’a pas été permise.',
  },
  result: 'Réponse du premier niveau',
  area: 'Domaine',
  recognised: 'Reconnu',
  yes: 'Oui',
  no: 'Non',
  time: 'Heure',
  reference: 'Référence',
  next: 'Personne suivante',
  cardValid: 'Carte valable',
  cardInvalid: 'Carte non valable',
  notRecognised:
    'Le code et le code fiscal ne sont pas reconnus ensemble. Vérifiez-les, ou demandez le verbale sur papier.',
  notInArchive:
    'Rien n’est connu par voie électronique. Ce n’est pas un refus : demandez le verbale sur papier ou le jugement.',
  unavailable:
    'La vérification est impossible pour le moment. Ce n’est pas un refus : réessayez bientôt.',
  throttled: (minutes) =>
    `Trop d’essais : réessayez dans ${plural('fr', minutes, { one: 'une minute', other: `${minutes} minutes` })}.`,
  needsLiveCode:
    'Ce code a été essayé trop souvent, tous lieux réunis : plus de réponse aujourd’hui. Demandez à la personne d’ouvrir le code en direct sur son téléphone et lisez celui-ci ; ou regardez sa Carte, ou le procès-verbal avec une pièce d’identité.',
  second: {
    title: 'Afficher le giudizio',
    lead: 'Seulement avec le consentement de la personne : elle reçoit un code sur son mobile et vous le dit.',
    notYours: 'Seul un agent au guichet peut voir le giudizio.',
    purpose: 'Finalité',
    purposeHint: 'La finalité est enregistrée, et la personne la voit dans sa liste.',
    purposeProblem: 'Choisissez la finalité.',
    choose: 'Choisir…',
    byCode: 'Envoyer le code au mobile',
    byMail: 'Envoyer le giudizio à son e-mail',
    mailed: 'Envoyé',
    mailedText:
      'Si la personne a une adresse e-mail enregistrée, le giudizio y est envoyé. Il n’est pas affiché ici.',
    codeTitle: 'Code de la personne',
    codeText: (minutes) =>
      `Le code a été envoyé au mobile de la personne et vaut ${counted('fr', minutes, { one: 'minute', other: 'minutes' })}. Demandez-le et tapez-le ici.`,
    code: 'Code de 6 chiffres',
    triesLeft: (tries) => `Essais restants : ${tries}.`,
    show: 'Afficher le giudizio',
    resend: 'Envoyer un autre code',
    resendHint: (seconds) =>
      seconds < 1
        ? 'Si le code n’est pas arrivé, vous pouvez en envoyer un autre. Le nombre d’essais reste le même.'
        : `Si le code n’arrive pas, vous pourrez en envoyer un autre dans ${counted('fr', seconds, { one: 'seconde', other: 'secondes' })}. Le nombre d’essais reste le même.`,
    wrongCode: 'Le code n’est pas le bon. Vérifiez-le et réessayez.',
    codeSpent: 'Le code n’est plus valable : expiré, utilisé, ou essais épuisés.',
    codeNotSent:
      'Le message avec le code n’est pas parti : aucun code n’est valable. Réessayez dans un instant, ou envoyez l’avis à son adresse e-mail.',
    codesLocked: (hours) =>
      `Trop de codes erronés pour cette personne. Vous pourrez réessayer dans ${counted('fr', hours, { one: 'heure', other: 'heures' })}. La personne a été avertie.`,
    messageThrottled: (minutes) =>
      `La personne a déjà reçu beaucoup de codes : aucun autre ne part pour l’instant. Réessayez dans ${counted('fr', minutes, { one: 'minute', other: 'minutes' })}, ou envoyez l’avis à son adresse e-mail.`,
    tooSoon: (minutes) =>
      `Vous venez d’envoyer un code, et ses essais sont épuisés. Vous pourrez en envoyer un autre dans ${counted('fr', minutes, { one: 'minute', other: 'minutes' })}.`,
    caseOver: 'Cette vérification a expiré. Recommencez par la lecture du code.',
  },
  detail: {
    title: 'Giudizio',
    once: 'Il n’est affiché qu’une fois, pendant deux minutes. Ne pas copier ni imprimer.',
    left: (seconds) => `Encore ${counted('fr', seconds, { one: 'seconde', other: 'secondes' })}`,
    gone: 'Le giudizio n’est plus affiché.',
    close: 'Fermer maintenant',
    giudizio: 'Giudizio',
    law: 'Texte',
    percentage: 'Pourcentage',
    companion: 'Indemnité d’accompagnement',
    revision: 'Révision',
    revisionText: 'une date passée ne met pas fin au statut (L. 114/2014 art. 25 c. 6-bis)',
    benefits: 'Avantages fiscaux',
    none: 'aucun',
  },
  purposes: {
    'contrassegno-parcheggio': 'Carte de stationnement',
    'agevolazioni-veicoli': 'Avantages fiscaux sur les véhicules',
    'agevolazioni-trasporto': 'Avantages pour les transports',
    'collocamento-mirato': 'Emploi ciblé',
    'permessi-lavorativi': 'Congés et autorisations d’absence',
    'protesi-ausili': 'Prothèses et aides techniques',
    'esenzione-ticket': 'Exonération des frais de santé',
    'inclusione-scolastica': 'Inclusion scolaire',
    'tributi-locali': 'Taxes et avantages locaux',
  },
};
