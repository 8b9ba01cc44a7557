import type { StatementWords } from './words.ts';

export const words: StatementWords = {
  privacy: {
    title: 'Informativa sulla privacy',
    version: (version) => `Versione ${version}`,
    sections: [
      {
        title: 'Chi tratta i tuoi dati',
        text: [
          'L’ente che gestisce questo servizio è il titolare del trattamento. Il suo responsabile della protezione dei dati risponde alle tue domande: trovi i recapiti sul sito dell’ente.',
        ],
      },
      {
        title: 'Quali dati, e perché',
        text: [
          'Codice fiscale, nome, data di nascita e verbali: servono per sapere se il tuo stato è riconosciuto. Sono dati sulla salute e si trattano per motivi di interesse pubblico rilevante (GDPR, articolo 9 comma 2 lettera g; Codice privacy, articolo 2-sexies).',
          'Cellulare ed e-mail: servono per mandarti il codice e per chiederti il permesso quando un operatore ha bisogno di sapere di più.',
          'La foto, solo se chiedi la Disability Card, e solo per la carta.',
        ],
      },
      {
        title: 'Che cosa vede chi ti controlla',
        text: [
          'Un varco sa soltanto se puoi passare, e se può passare un accompagnatore. Chi legge il codice con il telefono sa, per ciascuna di cinque aree, se lo stato c’è: sì o no. Nessuno dei due vede la percentuale o la diagnosi.',
          'Il giudizio completo si vede una volta sola, e solo se dai tu all’operatore il codice usa e getta che arriva sul tuo cellulare, oppure arriva al tuo indirizzo e-mail.',
          'Il codice QR non contiene nulla di te: solo un numero a caso.',
        ],
      },
      {
        title: 'Per quanto tempo',
        text: [
          'Il varco non conserva nulla di te. Di ogni verifica resta una prova senza il tuo nome per 12 mesi: la vedi in «Chi mi ha controllato». Gli accessi a quest’area si conservano, cifrati, per 24 mesi.',
          'Contatti, codici, carta e deleghe restano finché non li cancelli. I verbali restano per il tempo chiesto dalla legge.',
        ],
      },
      {
        title: 'I tuoi diritti',
        text: [
          'Nella tua area riservata puoi vedere e scaricare i tuoi dati, correggere i contatti, revocare il codice e cancellare quello che la legge permette di cancellare. Puoi fare reclamo al Garante per la protezione dei dati personali.',
        ],
      },
      {
        title: 'Cookie',
        text: [
          'Usiamo solo cookie tecnici: uno per tenere aperto il tuo accesso, uno per la lingua che scegli. Nessuna statistica, nessun contenuto di altri siti.',
        ],
      },
    ],
  },
  accessibility: {
    title: 'Dichiarazione di accessibilità',
    sections: [
      {
        title: 'Stato di conformità',
        text: [
          'Questo sito è fatto per essere conforme alla norma EN 301 549 (WCAG 2.1, livello AA) e alla legge 4/2004. Lo dichiariamo parzialmente conforme, perché non è stato ancora provato da persone che usano ogni giorno tecnologie assistive.',
        ],
      },
      {
        title: 'Come l’abbiamo provato',
        text: [
          'Ogni pagina è controllata in modo automatico con axe-core, in Chromium, nella misura di un telefono e di un computer; la pagina di lettura e la strada principale di quest’area sono provate anche senza JavaScript e con la sola tastiera. È un’autovalutazione.',
        ],
      },
      {
        title: 'Che cosa può non andare',
        text: [
          'I testi in tedesco, francese e sloveno non sono ancora stati riletti da madrelingua. I PDF hanno testo vero e struttura, ma non sono certificati PDF/UA.',
        ],
      },
      {
        title: 'Se qualcosa non ti è accessibile',
        text: [
          'Scrivi all’ente che gestisce il servizio, ai recapiti sul suo sito: deve rispondere entro 30 giorni. Se la risposta manca o non basta, puoi rivolgerti al Difensore civico per il digitale, presso AgID.',
        ],
      },
    ],
  },
};
