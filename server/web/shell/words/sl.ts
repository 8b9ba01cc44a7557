import type { ShellWords } from './words.ts';

export const words: ShellWords = {
  skipToContent: 'Na vsebino',
  chooseLanguage: 'Jezik',
  tagline: 'Prehod, ki se odpre s kodo',
  mainNavigation: 'Glavna navigacija',
  privacy: 'Zasebnost',
  accessibility: 'Izjava o dostopnosti',
  usefulLinks: 'Koristne povezave',
  logout: 'Odjava',
  problems: {
    notFound: {
      title: 'Strani ni mogoče najti',
      text: 'Ta naslov ne vodi na nobeno stran. Preverite, ali je popoln.',
    },
    badRequest: {
      title: 'Zahteva ni veljavna',
      text: 'Zahteva je nepopolna ali napačno oblikovana. Vrnite se in poskusite znova.',
    },
    forbidden: {
      title: 'Ni dovoljeno',
      text: 'Tega od tu ni mogoče narediti. Vrnite se na začetek in poskusite znova.',
    },
    tooLarge: {
      title: 'Preveliko',
      text: 'Kar ste poslali, je večje, kot je dovoljeno.',
    },
    tooMany: {
      title: 'Preveč poskusov',
      text: 'Prišlo je preveč zahtev. Počakajte nekaj minut in poskusite znova.',
    },
    unavailable: {
      title: 'Storitev ni na voljo',
      text: 'Trenutno ne moremo odgovoriti. Nič ni izgubljeno: poskusite znova čez nekaj časa.',
    },
    internal: {
      title: 'Nekaj je šlo narobe',
      text: 'Napaka je naša, ne vaša. Poskusite znova čez nekaj časa.',
    },
  },
};
