import { plural } from '../../../../shared/plural.ts';
import type { LoginWords } from './words.ts';

export const words: LoginWords = {
  citizen: {
    title: 'Se connecter',
    lead: 'Choisissez comment prouver votre identité. Il faut une identité de niveau 2 ou plus.',
    oidc: (title) => `Se connecter avec ${title}`,
    oidcHint:
      'Nous vous menons à la page de votre fournisseur d’identité ; vous revenez ensuite ici.',
    card: 'Se connecter avec la carte (CNS ou CIE)',
    cardHint: 'Insérez d’abord la carte dans le lecteur ; le navigateur demandera son code PIN.',
    pin: 'Se connecter avec le PIN',
    pinHint: 'Pour ceux qui ont reçu un PIN en deux parties.',
    noWay: 'Aucun moyen de connexion n’a encore été mis en place ici.',
    staff: 'Vous êtes agent ? Connectez-vous ici',
  },
  ended:
    'La session est terminée, faute d’activité ou parce que vous vous êtes déconnecté ailleurs. Reconnectez-vous.',
  staff: {
    title: 'Connexion des agents',
    email: 'Adresse e-mail',
    password: 'Mot de passe',
    code: 'Code de l’application',
    codeHint: 'Les six chiffres que votre application d’authentification affiche maintenant.',
    submit: 'Se connecter',
    wrong:
      'Ces données ne vont pas ensemble. Vérifiez adresse, mot de passe et code, et réessayez.',
    passkeyTitle: 'Avec une clé d’accès',
    passkeyText: 'Empreinte, visage, code de l’appareil ou clé de sécurité : sans mot de passe.',
    passkeyButton: 'Se connecter avec une clé d’accès',
    passkeyNoScript: 'Les clés d’accès ont besoin de JavaScript.',
    passkeyFailed: 'La clé d’accès n’a pas été reconnue. Réessayez ou utilisez le mot de passe.',
    citizens: 'Vous êtes citoyen ? Connectez-vous ici',
  },
  invitation: {
    title: 'Votre invitation',
    lead: (role) => `Choisissez comment vous vous connecterez. Votre rôle : ${role}.`,
    name: 'Prénom et nom',
    email: 'Adresse e-mail',
    password: 'Mot de passe',
    passwordHint:
      'Au moins 12 caractères. Une phrase convient ; inutile de mêler chiffres et signes.',
    appTitle: 'Application d’authentification',
    appText:
      'Scannez le code avec votre application, ou tapez-y la clé ; recopiez ensuite les six chiffres affichés.',
    appPicture: 'Code QR pour l’application d’authentification ; la clé est écrite dessous.',
    appKey: 'Clé',
    code: 'Code de l’application',
    submit: 'Créer l’accès',
    passkeyTitle: 'Ou avec une clé d’accès',
    passkeyText: 'Le nom et l’adresse suffisent : ni mot de passe ni application.',
    passkeyButton: 'Créer une clé d’accès',
    done: 'C’est fait',
  },
  roles: {
    viewer: 'observateur',
    operator: 'agent',
    siteManager: 'responsable de site',
    administrator: 'administrateur',
    auditor: 'auditeur',
  },
  errors: {
    nameMissing: 'Écrivez vos prénom et nom.',
    emailInvalid: 'Écrivez une adresse e-mail valide, comme nom@exemple.it.',
    emailTaken: 'Cette adresse est celle d’un autre accès.',
    'password.tooShort': 'Le mot de passe doit avoir au moins 12 caractères.',
    'password.tooLong': 'Le mot de passe peut avoir 128 caractères au plus.',
    'password.common': 'Ce mot de passe est parmi les plus utilisés : choisissez-en un autre.',
    'password.ownName': 'Le mot de passe ne peut pas être fait de votre nom ou adresse.',
    codeWrong: 'Le code n’est pas le bon : utilisez celui que l’application affiche maintenant.',
  },
  formProblem: 'Quelque chose est à corriger',
  pin: {
    title: 'Se connecter avec le PIN',
    codiceFiscale: 'Code fiscal (codice fiscale)',
    pin: 'PIN',
    pinBox:
      'La première fois, 16 caractères : les 8 premiers reçus par e-mail ou SMS, les 8 autres par lettre. Ensuite 8 suffisent.',
    submit: 'Se connecter',
    wrong: 'Le code fiscal et le PIN ne vont pas ensemble. Vérifiez-les et réessayez.',
    newTitle: 'Votre nouveau PIN',
    newText:
      'Désormais, ce PIN de 8 caractères est utilisé. Il n’est affiché qu’une fois : notez-le, puis tapez-le ci-dessous.',
    newPin: 'Nouveau PIN',
    repeat: 'Tapez le nouveau PIN',
    newSubmit: 'Confirmer et se connecter',
    newWrong: 'Ce n’est pas le PIN affiché ci-dessus. Réessayez.',
  },
  loggedOut: {
    title: 'Vous êtes déconnecté',
    text: 'La session est fermée. Sur un ordinateur partagé, fermez aussi le navigateur.',
    everywhere: 'Toutes vos sessions, sur chaque appareil, sont fermées.',
    provider: (title) => `Se déconnecter aussi de ${title}`,
    providerText: 'Le fournisseur d’identité se souvient peut-être de vous dans ce navigateur.',
    again: 'Se reconnecter',
  },
  account: {
    title: 'Votre accès',
    who: 'Vous êtes connecté en tant que',
    everywhere: 'Se déconnecter partout',
    everywhereText: 'Ferme toutes vos sessions, celle-ci aussi.',
    passkeys: 'Clés d’accès',
    noPasskeys: 'Vous n’avez pas encore de clé d’accès.',
    added: 'Ajoutée',
    used: 'Utilisée',
    never: 'jamais',
    remove: 'Retirer',
    onlyWay: 'C’est votre seul moyen de connexion : elle ne peut être retirée.',
    add: 'Ajouter une clé d’accès',
    label: 'Nom de la clé d’accès',
  },
  accounts: {
    title: 'Accès du personnel',
    name: 'Nom',
    role: 'Rôle',
    sites: 'Sites',
    allSites: 'tous',
    state: 'État',
    states: { invited: 'invité', active: 'actif', disabled: 'désactivé' },
    actions: 'Actions',
    reset: 'Réinitialiser et réinviter',
    disable: 'Désactiver',
    inviteTitle: 'Inviter',
    sitesHint: 'Les identifiants des sites séparés par des virgules, ou « all » pour tous.',
    invite: 'Créer l’invitation',
    linkTitle: 'Le lien de l’invitation',
    linkText:
      'Remettez-le à la personne : il vaut trois jours et une fois, et ne sera plus affiché.',
    roleInvalid: 'Choisissez un rôle.',
    sitesInvalid: 'Écrivez « all » ou les identifiants des sites, séparés par des virgules.',
    own: 'votre accès',
  },
  problems: {
    providerDown: {
      title: 'Le fournisseur d’identité ne répond pas',
      text: 'Ce n’est pas votre faute. Réessayez dans quelques minutes, ou choisissez un autre moyen.',
    },
    providerRefused: {
      title: 'La connexion n’a pas abouti',
      text: 'Le fournisseur d’identité ne l’a pas confirmée. Recommencez.',
    },
    cancelled: {
      title: 'Vous avez annulé la connexion',
      text: 'Nous n’avons rien reçu sur vous. Vous pouvez réessayer quand vous voulez.',
    },
    answerInvalid: {
      title: 'La réponse n’est pas fiable',
      text: 'La réponse du fournisseur d’identité n’a pas passé nos contrôles. Recommencez.',
    },
    levelTooLow: {
      title: 'Il faut un niveau de sécurité plus élevé',
      text: 'Connectez-vous avec SPID ou CIE de niveau 2 ou plus, par exemple avec l’application ou un code.',
    },
    identityMissing: {
      title: 'Le code fiscal manque',
      text: 'Le fournisseur d’identité ne nous a pas donné de code fiscal valide ; nous ne pouvons pas vous reconnaître.',
    },
    stateInvalid: {
      title: 'Cette connexion n’est plus valable',
      text: 'Trop de temps a passé, la page a déjà servi, ou la connexion a commencé dans un autre navigateur.',
    },
    cardMissing: {
      title: 'Aucune carte',
      text: 'Le navigateur n’a présenté aucun certificat de carte. Insérez-la, rouvrez le navigateur et réessayez.',
    },
    cardUntrusted: {
      title: 'Carte non reconnue',
      text: 'Le certificat ne vient pas d’une autorité que nous reconnaissons. Utilisez une CNS ou une CIE.',
    },
    cardExpired: {
      title: 'Carte expirée',
      text: 'Le certificat de la carte n’est pas valable actuellement. Utilisez un autre moyen.',
    },
    cardRevoked: {
      title: 'Carte révoquée',
      text: 'Le certificat de la carte a été révoqué. Utilisez un autre moyen.',
    },
    cardUnsuited: {
      title: 'Certificat inadapté',
      text: 'Ce n’est pas le certificat d’authentification d’une CNS ou CIE. Choisissez-en un autre.',
    },
    revocationUnknown: {
      title: 'Nous ne pouvons pas contrôler la carte',
      text: 'La liste des cartes révoquées n’est pas disponible. Réessayez plus tard ou autrement.',
    },
    invitationSpent: {
      title: 'Invitation plus valable',
      text: 'Le lien a été utilisé, a expiré ou a été remplacé. Demandez-en un autre à l’administrateur.',
    },
    throttled: {
      title: 'Trop d’essais',
      text: 'Par sécurité, il faut attendre avant le prochain.',
    },
    overloaded: {
      title: 'Trop de connexions à la fois',
      text: 'Il y a beaucoup de demandes en ce moment. Réessayez bientôt.',
    },
  },
  retryIn: (minutes) =>
    `Réessayez dans ${plural('fr', minutes, { one: 'une minute', other: `${minutes} minutes` })}.`,
  again: 'Retour à la connexion',
};
