import { code, lines, link, say } from '../blocks.ts';
import type { MessageWords } from './words.ts';

export const words: MessageWords = {
  footer:
    'Messaggio automatico: non rispondere. Nessun operatore ti chiederà mai un codice per telefono.',
  secondLevelCode: (data) => ({
    subject: 'Il tuo codice di conferma',
    blocks: [
      say('Un operatore o un varco chiede di leggere il dettaglio. Se sei d’accordo, comunica:'),
      code(data.code),
      say('Vale 5 minuti e una volta sola. Se non sei al varco in questo momento, ignoralo.'),
    ],
    sms: `Codice di conferma: ${data.code}. Vale 5 minuti. Comunicalo solo se sei tu al varco in questo momento.`,
  }),
  secondLevelDetail: (data) => ({
    subject: 'Il dettaglio che hai chiesto',
    blocks: [
      say('Ecco il dettaglio chiesto da un operatore con il tuo accordo:'),
      lines(data.text),
    ],
    sms: 'Il dettaglio è nella tua e-mail.',
  }),
  contactCode: (data) => ({
    subject: 'Conferma il tuo recapito',
    blocks: [
      say('Per confermare questo recapito scrivi nella pagina:'),
      code(data.code),
      say('Vale 5 minuti. Se non l’hai chiesto tu, ignora questo messaggio.'),
    ],
    sms: `Codice per confermare il recapito: ${data.code}. Vale 5 minuti. Se non l'hai chiesto tu, ignoralo.`,
  }),
  pinHalf: (data) => ({
    subject: 'La prima parte del tuo PIN',
    blocks: [
      say('Questi sono i primi 8 caratteri del PIN. Gli altri 8 arrivano per posta:'),
      code(data.half),
    ],
    sms: `Primi 8 caratteri del PIN: ${data.half}. Gli altri 8 arrivano per posta.`,
  }),
  credentialPdf: () => ({
    subject: 'Il tuo QR Code',
    blocks: [
      say('In allegato trovi il QR Code in PDF, con le istruzioni per usarlo a un varco.'),
      say('Stampalo o tienilo sul telefono. Chi lo legge deve conoscere anche il codice fiscale.'),
    ],
    sms: 'Il QR Code è nella tua e-mail.',
  }),
  verbaleDefinitive: (data) => ({
    subject: 'C’è un nuovo documento per te',
    blocks: [
      say(
        'Un tuo documento è diventato definitivo. Il tuo QR Code, se ne hai uno, è già aggiornato.',
      ),
      link('Consulta il tuo stato e il tuo QR Code', data.link),
    ],
    sms: `Un tuo documento è diventato definitivo. Consultalo su ${data.link}`,
  }),
  credentialIssued: (data) => ({
    subject: 'È stato creato un QR Code a tuo nome',
    blocks: [
      say('È stato creato un QR Code a tuo nome. Se non sei stato tu, bloccalo subito:'),
      link('Apri i tuoi codici', data.link),
    ],
    sms: `È stato creato un QR Code a tuo nome. Se non sei stato tu, bloccalo: ${data.link}`,
  }),
  credentialRevoked: (data) => ({
    subject: 'Il tuo QR Code non è più valido',
    blocks: [
      say('Il tuo QR Code è stato revocato e non apre più nessun varco. Puoi chiederne uno nuovo:'),
      link('Apri i tuoi codici', data.link),
    ],
    sms: `Il tuo QR Code è stato revocato. Puoi chiederne uno nuovo: ${data.link}`,
  }),
  codeGuessed: (data) => ({
    subject: 'Qualcuno prova il tuo QR Code',
    blocks: [
      say(
        'Qualcuno ha il tuo QR Code e prova codici fiscali a caso. Non ha saputo nulla di te. Per un po’ ai varchi serve il codice dal vivo del tuo telefono, la Carta, o un documento da mostrare al personale.',
      ),
      link('Guarda chi ti ha controllato, e blocca il codice se non eri tu', data.link),
    ],
    sms: `Qualcuno prova codici fiscali con il tuo QR Code. Non sa nulla di te. Se non eri tu, bloccalo: ${data.link}`,
  }),
  codesLocked: (data) => ({
    subject: 'Troppi codici di conferma sbagliati',
    blocks: [
      say(
        'Qualcuno ha scritto dieci volte un codice di conferma sbagliato per leggere i tuoi dati. Non ha visto nulla, e per un giorno non può riprovare.',
      ),
      link('Guarda chi ti ha controllato', data.link),
    ],
    sms: `Qualcuno ha scritto dieci codici di conferma sbagliati per leggere i tuoi dati. È fermo per un giorno. Guarda chi: ${data.link}`,
  }),
  cardIssued: (data) => ({
    subject: 'La tua Carta è pronta',
    blocks: [say('La Carta che hai chiesto è pronta.'), link('Apri la Carta', data.link)],
    sms: `La Carta che hai chiesto è pronta: ${data.link}`,
  }),
  delegation: (data) => ({
    subject: 'Una delega è attiva',
    blocks: [
      say('Una persona può agire per te. Se non sei stato tu a deciderlo, togli la delega:'),
      link('Apri le deleghe', data.link),
    ],
    sms: `Una persona può agire per te. Se non l'hai deciso tu, togli la delega: ${data.link}`,
  }),
  staffInvitation: (data) => ({
    subject: 'Il tuo accesso come operatore',
    blocks: [
      say(
        `Con questo collegamento, valido una volta e fino a ${data.validUntil}, scegli la password:`,
      ),
      link('Attiva l’accesso', data.link),
    ],
    sms: 'Il collegamento di accesso è nella tua e-mail.',
  }),
  fleetAlert: (data) => ({
    subject: data.title,
    blocks: [
      lines([data.title, ...data.lines].join('\n')),
      ...(data.link ? [link('Apri il quadro dei varchi', data.link)] : []),
    ],
    sms: [data.title, ...data.lines].join('; ').slice(0, 300),
  }),
};
