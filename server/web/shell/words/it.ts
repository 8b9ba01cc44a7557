import type { ShellWords } from './words.ts';

export const words: ShellWords = {
  skipToContent: 'Vai al contenuto',
  chooseLanguage: 'Lingua',
  tagline: 'Il varco che si apre con un codice',
  mainNavigation: 'Navigazione principale',
  privacy: 'Privacy',
  accessibility: 'Dichiarazione di accessibilità',
  usefulLinks: 'Link utili',
  logout: 'Esci',
  problems: {
    notFound: {
      title: 'Pagina non trovata',
      text: 'Questo indirizzo non porta a nessuna pagina. Controlla che sia scritto per intero.',
    },
    badRequest: {
      title: 'Richiesta non valida',
      text: 'La richiesta non è completa o non è scritta bene. Torna indietro e riprova.',
    },
    forbidden: {
      title: 'Accesso non consentito',
      text: 'Non puoi fare questa operazione da qui. Torna alla pagina di partenza e riprova.',
    },
    tooLarge: {
      title: 'Invio troppo grande',
      text: 'Quello che hai inviato supera la dimensione consentita.',
    },
    tooMany: {
      title: 'Troppi tentativi',
      text: 'Sono arrivate troppe richieste. Aspetta qualche minuto e riprova.',
    },
    unavailable: {
      title: 'Servizio non disponibile',
      text: 'In questo momento non possiamo rispondere. Non è andato perso nulla: riprova fra poco.',
    },
    internal: {
      title: 'Qualcosa non ha funzionato',
      text: 'È un problema nostro, non tuo. Riprova fra poco.',
    },
  },
};
