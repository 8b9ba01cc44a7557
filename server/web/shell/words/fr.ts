import type { ShellWords } from './words.ts';

export const words: ShellWords = {
  skipToContent: 'Aller au contenu',
  chooseLanguage: 'Langue',
  tagline: 'Le passage qui s’ouvre avec un code',
  mainNavigation: 'Navigation principale',
  privacy: 'Confidentialité',
  accessibility: 'Déclaration d’accessibilité',
  usefulLinks: 'Liens utiles',
  logout: 'Se déconnecter',
  problems: {
    notFound: {
      title: 'Page introuvable',
      text: 'Cette adresse ne mène à aucune page. Vérifiez qu’elle est complète.',
    },
    badRequest: {
      title: 'La demande n’est pas valable',
      text: 'La demande est incomplète ou mal formée. Revenez en arrière et réessayez.',
    },
    forbidden: {
      title: 'Non autorisé',
      text: 'Cette opération n’est pas possible d’ici. Revenez au début et réessayez.',
    },
    tooLarge: {
      title: 'Envoi trop volumineux',
      text: 'Votre envoi dépasse la taille permise.',
    },
    tooMany: {
      title: 'Trop d’essais',
      text: 'Trop de demandes sont arrivées. Attendez quelques minutes et réessayez.',
    },
    unavailable: {
      title: 'Le service n’est pas disponible',
      text: 'Nous ne pouvons pas répondre pour le moment. Rien n’est perdu : réessayez bientôt.',
    },
    internal: {
      title: 'Quelque chose n’a pas fonctionné',
      text: 'La faute est à nous, pas à vous. Réessayez bientôt.',
    },
  },
};
