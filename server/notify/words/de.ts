import { code, lines, link, say } from '../blocks.ts';
import type { MessageWords } from './words.ts';

export const words: MessageWords = {
  footer:
    'Automatische Nachricht: bitte nicht antworten. Niemand von uns fragt je am Telefon nach einem Code.',
  secondLevelCode: (data) => ({
    subject: 'Ihr Bestätigungscode',
    blocks: [
      say('Eine Stelle oder ein Durchgang möchte die Einzelheiten lesen. Wenn Sie zustimmen:'),
      code(data.code),
      say('Gilt 5 Minuten und nur einmal. Wenn Sie jetzt nicht am Durchgang sind: nicht beachten.'),
    ],
    sms: `Bestätigungscode: ${data.code}. Gilt 5 Minuten. Nur nennen, wenn Sie jetzt am Durchgang sind.`,
  }),
  secondLevelDetail: (data) => ({
    subject: 'Die angefragten Einzelheiten',
    blocks: [
      say('Die Einzelheiten, die eine Stelle mit Ihrer Zustimmung angefragt hat:'),
      lines(data.text),
    ],
    sms: 'Die Einzelheiten sind in Ihrer E-Mail.',
  }),
  contactCode: (data) => ({
    subject: 'Bestätigen Sie Ihren Kontakt',
    blocks: [
      say('Um diesen Kontakt zu bestätigen, geben Sie auf der Seite ein:'),
      code(data.code),
      say('Gilt 5 Minuten. Wenn Sie das nicht angefragt haben, beachten Sie die Nachricht nicht.'),
    ],
    sms: `Code zur Bestätigung des Kontakts: ${data.code}. Gilt 5 Minuten. Nicht angefragt? Nicht beachten.`,
  }),
  pinHalf: (data) => ({
    subject: 'Der erste Teil Ihrer PIN',
    blocks: [
      say('Das sind die ersten 8 Zeichen der PIN. Die anderen 8 kommen mit der Post:'),
      code(data.half),
    ],
    sms: `Erste 8 Zeichen der PIN: ${data.half}. Die anderen 8 kommen mit der Post.`,
  }),
  credentialPdf: () => ({
    subject: 'Ihr QR-Code',
    blocks: [
      say('Das beigefügte PDF enthält den QR-Code und sagt, was am Durchgang zu tun ist.'),
      say(
        'Drucken Sie es oder zeigen Sie es am Telefon. Wer ihn liest, braucht auch den Codice fiscale.',
      ),
    ],
    sms: 'Der QR-Code ist in Ihrer E-Mail.',
  }),
  verbaleDefinitive: (data) => ({
    subject: 'Es gibt ein neues Dokument für Sie',
    blocks: [
      say(
        'Ein Dokument von Ihnen ist endgültig geworden. Ihr QR-Code, falls vorhanden, gilt bereits danach.',
      ),
      link('Ihren Stand und Ihren QR-Code ansehen', data.link),
    ],
    sms: `Ein Dokument von Ihnen ist endgültig geworden. Ansehen: ${data.link}`,
  }),
  credentialIssued: (data) => ({
    subject: 'Auf Ihren Namen wurde ein QR-Code erstellt',
    blocks: [
      say('Auf Ihren Namen wurde ein QR-Code erstellt. Wenn Sie das nicht waren, sperren Sie ihn:'),
      link('Ihre Codes öffnen', data.link),
    ],
    sms: `Auf Ihren Namen wurde ein QR-Code erstellt. Nicht Sie? Sperren: ${data.link}`,
  }),
  credentialRevoked: (data) => ({
    subject: 'Ihr QR-Code gilt nicht mehr',
    blocks: [
      say(
        'Ihr QR-Code wurde widerrufen und öffnet keinen Durchgang mehr. Sie können einen neuen anfordern:',
      ),
      link('Ihre Codes öffnen', data.link),
    ],
    sms: `Ihr QR-Code wurde widerrufen. Einen neuen anfordern: ${data.link}`,
  }),
  codeGuessed: (data) => ({
    subject: 'Jemand probiert Ihren QR-Code aus',
    blocks: [
      say(
        'Jemand hat Ihren QR-Code und probiert beliebige Codici fiscali aus. Über Sie wurde nichts bekannt. Eine Zeit lang verlangen die Zugänge den Live-Code auf Ihrem Telefon, Ihre Karte oder einen Ausweis für das Personal.',
      ),
      link(
        'Sehen Sie, wer Sie geprüft hat, und sperren Sie den Code, wenn Sie es nicht waren',
        data.link,
      ),
    ],
    sms: `Jemand probiert Codici fiscali mit Ihrem QR-Code aus. Über Sie wurde nichts bekannt. Waren Sie es nicht, sperren Sie ihn: ${data.link}`,
  }),
  codesLocked: (data) => ({
    subject: 'Zu viele falsche Bestätigungscodes',
    blocks: [
      say(
        'Jemand hat zehnmal einen falschen Bestätigungscode eingegeben, um Ihre Daten zu lesen. Es wurde nichts angezeigt, und einen Tag lang ist kein Versuch mehr möglich.',
      ),
      link('Sehen Sie, wer Sie geprüft hat', data.link),
    ],
    sms: `Jemand hat zehn falsche Bestätigungscodes eingegeben, um Ihre Daten zu lesen, und ist einen Tag gesperrt. Wer es war: ${data.link}`,
  }),
  cardIssued: (data) => ({
    subject: 'Ihre Karte ist fertig',
    blocks: [say('Die beantragte Karte ist fertig.'), link('Karte öffnen', data.link)],
    sms: `Die beantragte Karte ist fertig: ${data.link}`,
  }),
  delegation: (data) => ({
    subject: 'Jemand darf für Sie handeln',
    blocks: [
      say(
        'Eine Person darf ab jetzt für Sie handeln. Wenn Sie das nicht entschieden haben, nehmen Sie es zurück:',
      ),
      link('Ihre Vollmachten öffnen', data.link),
    ],
    sms: `Eine Person darf für Sie handeln. Nicht Ihre Entscheidung? Zurücknehmen: ${data.link}`,
  }),
  staffInvitation: (data) => ({
    subject: 'Ihr Zugang als Bedienstete/r',
    blocks: [
      say(`Mit diesem Link, einmal und bis ${data.validUntil} gültig, wählen Sie Ihr Passwort:`),
      link('Zugang aktivieren', data.link),
    ],
    sms: 'Der Zugangslink ist in Ihrer E-Mail.',
  }),
  fleetAlert: (data) => ({
    subject: data.title,
    blocks: [
      lines([data.title, ...data.lines].join('\n')),
      ...(data.link ? [link('Übersicht der Durchgänge öffnen', data.link)] : []),
    ],
    sms: [data.title, ...data.lines].join('; ').slice(0, 300),
  }),
};
