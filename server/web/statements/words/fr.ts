import type { StatementWords } from './words.ts';

export const words: StatementWords = {
  privacy: {
    title: 'Protection des données',
    version: (version) => `Version ${version}`,
    sections: [
      {
        title: 'Qui traite vos données',
        text: [
          'L’organisme qui gère ce service est le responsable du traitement. Son délégué à la protection des données répond à vos questions : ses coordonnées sont sur le site de l’organisme.',
        ],
      },
      {
        title: 'Quelles données, et pourquoi',
        text: [
          'Codice fiscale, nom, date de naissance et procès-verbaux : ils disent si votre statut est reconnu. Ce sont des données de santé, traitées pour des motifs d’intérêt public important (RGPD, article 9, paragraphe 2, point g ; code italien de la protection des données, article 2-sexies).',
          'Numéro de mobile et adresse e-mail : pour vous envoyer le code, et pour vous demander votre accord quand un opérateur doit en savoir plus.',
          'La photo, seulement si vous demandez la carte du handicap, et seulement pour la carte.',
        ],
      },
      {
        title: 'Ce que voit la personne qui vous contrôle',
        text: [
          'Une porte sait seulement si vous pouvez passer, et si un accompagnateur le peut. Qui lit le code avec un téléphone sait, pour chacun des cinq domaines, si le statut existe : oui ou non. Ni l’une ni l’autre ne voit le pourcentage ou le diagnostic.',
          'L’avis complet se voit une seule fois, et seulement si vous donnez à l’opérateur le code à usage unique reçu sur votre mobile ; ou il arrive à votre propre adresse e-mail.',
          'Le code QR ne contient rien sur vous : seulement un nombre au hasard.',
        ],
      },
      {
        title: 'Pendant combien de temps',
        text: [
          'La porte ne garde rien sur vous. De chaque vérification il reste pendant 12 mois une preuve sans votre nom : vous la voyez dans « Qui m’a contrôlé ». Les accès à cet espace sont gardés, chiffrés, pendant 24 mois.',
          'Contacts, codes, carte et procurations restent jusqu’à ce que vous les effaciez. Les procès-verbaux restent le temps que la loi demande.',
        ],
      },
      {
        title: 'Vos droits',
        text: [
          'Dans votre espace vous pouvez voir et télécharger vos données, corriger vos contacts, révoquer le code et effacer ce que la loi permet d’effacer. Vous pouvez adresser une réclamation au Garante per la protezione dei dati personali.',
        ],
      },
      {
        title: 'Cookies',
        text: [
          'Nous n’utilisons que des cookies techniques : un pour votre connexion, un pour la langue choisie. Aucune statistique, rien d’autres sites.',
        ],
      },
    ],
  },
  accessibility: {
    title: 'Déclaration d’accessibilité',
    sections: [
      {
        title: 'État de conformité',
        text: [
          'Ce site est fait pour être conforme à la norme EN 301 549 (WCAG 2.1, niveau AA) et à la loi italienne 4/2004. Nous le déclarons partiellement conforme, car il n’a pas encore été essayé par des personnes qui utilisent chaque jour des technologies d’assistance.',
        ],
      },
      {
        title: 'Comment nous l’avons essayé',
        text: [
          'Chaque page est vérifiée automatiquement avec axe-core, dans Chromium, à la taille d’un téléphone et d’un ordinateur ; la page de lecture et le parcours principal de cet espace le sont aussi sans JavaScript et au clavier seul. C’est une auto-évaluation.',
        ],
      },
      {
        title: 'Ce qui peut ne pas aller',
        text: [
          'Les textes allemands, français et slovènes n’ont pas encore été relus par des personnes dont c’est la langue. Les PDF ont un vrai texte et une structure, mais ne sont pas certifiés PDF/UA.',
        ],
      },
      {
        title: 'Si quelque chose ne vous est pas accessible',
        text: [
          'Écrivez à l’organisme qui gère le service, aux coordonnées de son site : il doit répondre dans les 30 jours. Si la réponse manque ou ne suffit pas, vous pouvez vous adresser au Difensore civico per il digitale auprès d’AgID.',
        ],
      },
    ],
  },
};
