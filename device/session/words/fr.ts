import { counted } from '../../../shared/plural.ts';
import type { KioskWords } from './words.ts';

export const words: KioskWords = {
  starting: { title: 'Un instant', text: 'Le portillon se prépare.' },
  outOfService: {
    scanner: {
      title: 'Hors service',
      text: 'Le lecteur ne répond pas. Adressez-vous au personnel.',
    },
    keypad: {
      title: 'Hors service',
      text: 'Le clavier ne répond pas. Adressez-vous au personnel.',
    },
    turnstile: {
      title: 'Hors service',
      text: 'Le portillon ne répond pas. Adressez-vous au personnel.',
    },
    command: { title: 'Hors service', text: 'Ce portillon est fermé. Adressez-vous au personnel.' },
  },
  updating: { title: 'Mise à jour', text: 'Le portillon revient en service tout seul, bientôt.' },
  enrolling: {
    waiting: { title: 'Portillon à inscrire', text: 'Présentez le code d’inscription au lecteur.' },
    asking: { title: 'Inscription en cours', text: 'Un instant.' },
    refused: { title: 'Code refusé', text: 'Demandez un nouveau code d’inscription.' },
    unreachable: {
      title: 'Serveur injoignable',
      text: 'Vérifiez le réseau et présentez à nouveau le code.',
    },
  },
  selfTest: {
    running: { title: 'Contrôle en cours', text: 'Le portillon vérifie ses éléments. Un instant.' },
    failed: { title: 'Contrôle non réussi', text: 'Montrez cet écran au personnel.' },
  },
  idle: {
    title: 'Montrez le code QR',
    text: 'Placez-le devant le lecteur, sur papier ou sur le téléphone.',
  },
  refusing: {
    notVarco: {
      title: 'Ce n’est pas le bon code',
      text: 'Ce code ne sert pas à ce portillon. Montrez votre code QR.',
    },
    foreignHost: {
      title: 'Code d’un autre service',
      text: 'Ce portillon ne lit pas les codes d’autres sites.',
    },
    unsupportedVersion: {
      title: 'Code à renouveler',
      text: 'Son format est différent. Adressez-vous au personnel.',
    },
    malformed: {
      title: 'Code abîmé',
      text: 'Le code est incomplet. Téléchargez-le ou imprimez-le à nouveau.',
    },
    unknownKey: {
      title: 'Code non vérifiable',
      text: 'Nous ne pouvons pas le vérifier ici. Adressez-vous au personnel.',
    },
    badSignature: {
      title: 'Code non vérifiable',
      text: 'Nous ne pouvons pas le vérifier ici. Adressez-vous au personnel.',
    },
    expired: {
      title: 'Code expiré',
      text: 'Ce code n’est plus valable. Adressez-vous au personnel.',
    },
    liveRequired: {
      title: 'Montrez le code qui se renouvelle',
      text: 'Ici il faut le code en direct : ouvrez-le sur le téléphone, dans votre page.',
    },
    liveStale: {
      title: 'Montrez le code qui se renouvelle',
      text: 'Celui-ci date de quelques minutes : montrez celui que le téléphone renouvelle.',
    },
    liveUsed: {
      title: 'Code déjà utilisé',
      text: 'Attendez que le téléphone montre le suivant : une demi-minute au plus.',
    },
    several: { title: 'Un seul code', text: 'Je vois plusieurs codes : montrez-en un seul.' },
    unreadable: { title: 'Lecture impossible', text: 'Approchez le code et tenez-le immobile.' },
  },
  entering: {
    title: 'Tapez le codice fiscale',
    text: 'Ou montrez le dos de la Tessera Sanitaria.',
    progress: (entered, length) =>
      `${counted('fr', entered, { one: 'caractère', other: 'caractères' })} sur ${length}`,
    warning: 'Êtes-vous toujours là ? Appuyez sur une touche pour continuer.',
    how: {
      direct: '',
      keyIndex:
        'Pour une lettre, appuyez sur sa touche, puis sur sa place sur la touche : pour B, deux et deux. Étoile efface, dièse confirme.',
      multiTap:
        'Pour une lettre, appuyez sur sa touche jusqu’à la bonne, puis dièse. Étoile efface. À la fin, dièse confirme.',
    },
    suggestion: (changes) => `Vouliez-vous dire ${changes} ? Vérifiez sur votre carte.`,
  },
  echo: {
    next: 'Suivant.',
    omocodia: 'Une lettre à la place du chiffre.',
    provisional: 'Code provisoire : onze chiffres.',
    full: 'Code de seize caractères.',
    cleared: 'Tout est effacé.',
    takenBack: (left) => `Effacé. Caractères restants : ${left}.`,
    refused: {
      letter: 'Il faut ici une lettre.',
      digit: 'Il faut ici un chiffre.',
      month: 'Il faut ici la lettre du mois.',
      place: 'Il faut ici la lettre du lieu de naissance.',
      nothing: 'Le code est complet : appuyez sur confirmer.',
    },
  },
  verifying: { title: 'Vérification', text: 'Un instant.' },
  granted: {
    alone: { title: 'Vous pouvez entrer', text: 'Le portillon est ouvert.' },
    companion: {
      title: 'Vous pouvez entrer à deux',
      text: 'Le portillon est ouvert, aussi pour votre accompagnateur.',
    },
  },
  notCovered: {
    title: 'Non prévu à ce portillon',
    text: 'Votre avantage ne s’applique pas ici. Le personnel peut vous aider.',
  },
  notRecognised: {
    title: 'Données non reconnues',
    text: 'Le code QR et le codice fiscale ne vont pas ensemble. Réessayez ou voyez le personnel.',
  },
  notOnList: {
    title: 'Entrée non confirmée',
    text: 'Avec ce code, le portillon ne s’ouvre pas maintenant. Le personnel peut vous aider.',
  },
  notInArchive: {
    title: 'Adressez-vous au personnel',
    text: 'Pas de confirmation électronique possible. Montrez-lui votre document papier.',
  },
  notCoveredByArchive: {
    title: 'Un autre document ?',
    text: 'Ce qui est connu ne suffit pas ici. Montrez-le au personnel.',
  },
  unavailable: {
    title: 'Vérification impossible',
    text: 'Ce n’est pas un refus : le service ne répond pas. Adressez-vous au personnel.',
  },
  listTooOld: {
    title: 'Vérification impossible',
    text: 'Ce n’est pas un refus : le portillon n’est pas à jour. Adressez-vous au personnel.',
  },
  confirming: {
    title: 'Tapez le code de confirmation',
    text: 'Six chiffres, envoyés sur votre téléphone.',
    short: 'Le code de confirmation a six chiffres.',
    wrong: 'Ce n’est pas le bon code. Réessayez.',
    triesLeft: (tries) => `Ce n’est pas le bon code. Essais restants : ${tries}.`,
  },
  otpRequired: {
    title: 'Un autre code est requis',
    text: 'Ce portillon demande un code de plus. Adressez-vous au personnel.',
  },
  throttled: {
    title: 'Trop d’essais',
    text: 'Attendez un peu et réessayez, ou adressez-vous au personnel.',
  },
  needsLiveCode: {
    title: 'Montrez le code en direct',
    text: 'Trop d’essais avec celui-ci. Ou montrez votre Carte, ou demandez au personnel.',
  },
  turnstileFailed:
    'Vous pouvez entrer, mais le portillon ne s’ouvre pas : le personnel vous fera passer.',
  linkDown: 'Sans connexion',
  offlineAnswer: 'Réponse donnée sans liaison',
  listAge: (minutes) => `liste datant de ${minutes} min`,
  listUnusable: 'liste trop ancienne',
  keys: {
    end: 'Fin',
    help: 'Aide',
    language: 'Langue',
    backspace: 'Effacer',
    clear: 'Recommencer',
    confirm: 'Confirmer',
    accept: 'Utiliser',
    letters: 'ABC',
    digits: '123',
    keypad: 'Clavier',
    close: 'Fermer',
    privacy: 'Vie privée',
    contrast: 'Contraste',
    largeText: 'Grands caractères',
    repeat: 'Répéter',
    volume: 'Volume',
  },
  help: {
    title: 'Aide',
    text: 'Montrez le code QR, puis tapez le codice fiscale et appuyez sur Confirmer. Nous ne gardons rien : à la fin l’écran s’efface tout seul. Le personnel peut vous aider à tout moment.',
  },
  privacy: {
    title: 'Vie privée',
    text: 'Nous lisons le code QR et le codice fiscale seulement pour répondre à ce portillon. Rien ne reste sur cet appareil. Le service enregistre la réponse sans votre nom, douze mois au plus. Pour vos droits, adressez-vous au personnel.',
    controller: (name) => `Responsable du traitement : ${name}.`,
  },
  receipt: {
    heading: 'Reçu',
    number: 'Numéro de reçu',
    policy: 'Règle',
    gate: 'Portillon',
    time: 'Heure',
  },
  modes: {
    transport: {
      idle: { title: 'Montrez le QR', text: 'Sur papier ou téléphone.' },
      entering: { title: 'Codice fiscale', text: 'Ou le dos de la Tessera Sanitaria.' },
      granted: {
        alone: { title: 'Passez', text: 'Portillon ouvert.' },
        companion: { title: 'Passez à deux', text: 'Portillon ouvert.' },
      },
    },
    desk: {
      idle: { title: 'Montrez le code QR', text: 'L’agent à côté de vous peut vous aider.' },
      entering: {
        title: 'Tapez le codice fiscale',
        text: 'Ou donnez la Tessera Sanitaria à l’agent.',
      },
      granted: {
        alone: { title: 'Confirmé', text: 'L’agent voit la confirmation.' },
        companion: {
          title: 'Confirmé, pour deux',
          text: 'L’agent voit la confirmation, aussi pour votre accompagnateur.',
        },
      },
    },
  },
};
