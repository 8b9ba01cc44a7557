import { counted, plural } from '../../../../shared/plural.ts';
import type { DeskWords } from './words.ts';

export const words: DeskWords = {
  title: 'Schalter',
  lead: 'Lesen Sie den QR-Code der Person und tippen Sie dann ihre Steuernummer ein.',
  site: 'Standort',
  code: 'QR-Code',
  codeHint: 'Nutzen Sie den Scanner oder die Kamera, oder fügen Sie den Text des Codes ein.',
  codeProblem: 'Das ist kein Code des Dienstes. Lesen Sie ihn noch einmal.',
  codiceFiscale: 'Steuernummer der Person',
  codiceFiscaleHint:
    'Eintippen oder den Strichcode auf der Rückseite der Gesundheitskarte scannen.',
  codiceFiscaleMissing: 'Tippen Sie die Steuernummer der Person ein.',
  siteProblem: 'Wählen Sie den Standort, an dem Sie sind.',
  verify: 'Prüfen',
  formProblem: 'Etwas ist zu berichtigen',
  camera: {
    start: 'Kamera benutzen',
    stop: 'Kamera schließen',
    looking: 'Halten Sie den Code vor die Kamera.',
    read: 'Code gelesen.',
    denied: 'Die Kamera ist nicht verfügbar oder wurde nicht erlaubt.',
  },
  result: 'Antwort der ersten Stufe',
  area: 'Bereich',
  recognised: 'Anerkannt',
  yes: 'Ja',
  no: 'Nein',
  time: 'Zeit',
  reference: 'Bezug',
  next: 'Nächste Person',
  cardValid: 'Karte gültig',
  cardInvalid: 'Karte nicht gültig',
  notRecognised:
    'Code und Steuernummer werden zusammen nicht erkannt. Prüfen Sie sie, oder verlangen Sie das Papier-Verbale.',
  notInArchive:
    'Elektronisch ist nichts bekannt. Das ist keine Ablehnung: Verlangen Sie das Papier-Verbale oder das Urteil.',
  unavailable:
    'Zurzeit kann nicht geprüft werden. Das ist keine Ablehnung: Versuchen Sie es gleich wieder.',
  throttled: (minutes) =>
    `Zu viele Versuche: in ${plural('de', minutes, { one: 'einer Minute', other: `${minutes} Minuten` })} wieder.`,
  needsLiveCode:
    'Mit diesem Code gab es insgesamt zu viele Versuche: Heute wird nicht mehr geantwortet. Lassen Sie die Person den Live-Code auf ihrem Telefon öffnen und lesen Sie diesen; oder sehen Sie sich die Karte an oder den Bescheid mit einem Ausweis.',
  second: {
    title: 'Giudizio anzeigen',
    lead: 'Nur mit Einwilligung der Person: Sie erhält einen Code auf ihr Handy und nennt ihn Ihnen.',
    notYours: 'Das Giudizio darf nur sehen, wer die Rolle der Schalterkraft hat.',
    purpose: 'Zweck',
    purposeHint: 'Der Zweck wird festgehalten, und die Person sieht ihn in ihrer Liste.',
    purposeProblem: 'Wählen Sie den Zweck.',
    choose: 'Wählen…',
    byCode: 'Code an das Handy senden',
    byMail: 'Giudizio an ihre E-Mail senden',
    mailed: 'Gesendet',
    mailedText:
      'Hat die Person eine E-Mail-Adresse hinterlegt, geht das Giudizio dorthin. Hier wird es nicht gezeigt.',
    codeTitle: 'Code der Person',
    codeText: (minutes) =>
      `Der Code ging an das Handy der Person und gilt ${counted('de', minutes, { one: 'Minute', other: 'Minuten' })}. Fragen Sie danach und tippen Sie ihn hier ein.`,
    code: 'Code mit 6 Ziffern',
    triesLeft: (tries) => `Verbleibende Versuche: ${tries}.`,
    show: 'Giudizio anzeigen',
    resend: 'Einen weiteren Code senden',
    resendHint: (seconds) =>
      seconds < 1
        ? 'Ist der Code nicht angekommen, können Sie einen weiteren senden. Die Zahl der Versuche bleibt gleich.'
        : `Kommt der Code nicht an, können Sie in ${counted('de', seconds, { one: 'Sekunde', other: 'Sekunden' })} einen weiteren senden. Die Zahl der Versuche bleibt gleich.`,
    wrongCode: 'Der Code stimmt nicht. Prüfen Sie ihn und versuchen Sie es erneut.',
    codeSpent:
      'Der Code gilt nicht mehr: abgelaufen, benutzt, oder die Versuche sind aufgebraucht.',
    codeNotSent:
      'Die Nachricht mit dem Code wurde nicht versendet, also gilt kein Code. Versuchen Sie es gleich noch einmal oder senden Sie den Bescheid an die E-Mail-Adresse der Person.',
    codesLocked: (hours) =>
      `Zu viele falsche Codes für diese Person. Sie können es in ${counted('de', hours, { one: 'Stunde', other: 'Stunden' })} wieder versuchen. Die Person wurde benachrichtigt.`,
    messageThrottled: (minutes) =>
      `Die Person hat schon viele Codes erhalten, daher geht jetzt keiner ab. Versuchen Sie es in ${counted('de', minutes, { one: 'Minute', other: 'Minuten' })} wieder oder senden Sie den Bescheid an ihre E-Mail-Adresse.`,
    tooSoon: (minutes) =>
      `Sie haben gerade einen Code gesendet, dessen Versuche aufgebraucht sind. In ${counted('de', minutes, { one: 'Minute', other: 'Minuten' })} können Sie einen weiteren senden.`,
    caseOver: 'Diese Prüfung ist abgelaufen. Beginnen Sie neu mit dem Lesen des Codes.',
  },
  detail: {
    title: 'Giudizio',
    once: 'Es wird nur einmal gezeigt, zwei Minuten lang. Nicht abschreiben, nicht drucken.',
    left: (seconds) => `Noch ${counted('de', seconds, { one: 'Sekunde', other: 'Sekunden' })}`,
    gone: 'Das Giudizio wird nicht mehr gezeigt.',
    close: 'Jetzt schließen',
    giudizio: 'Giudizio',
    law: 'Norm',
    percentage: 'Prozentsatz',
    companion: 'Begleitzulage',
    revision: 'Überprüfung',
    revisionText: 'ein vergangenes Datum beendet den Status nicht (L. 114/2014 art. 25 c. 6-bis)',
    benefits: 'Steuerliche Vergünstigungen',
    none: 'keine',
  },
  purposes: {
    'contrassegno-parcheggio': 'Parkausweis',
    'agevolazioni-veicoli': 'Steuervergünstigungen für Fahrzeuge',
    'agevolazioni-trasporto': 'Vergünstigungen im Verkehr',
    'collocamento-mirato': 'Gezielte Arbeitseingliederung',
    'permessi-lavorativi': 'Freistellungen von der Arbeit',
    'protesi-ausili': 'Prothesen und Hilfsmittel',
    'esenzione-ticket': 'Befreiung von der Selbstbeteiligung',
    'inclusione-scolastica': 'Inklusion in der Schule',
    'tributi-locali': 'Abgaben und Vergünstigungen der Gemeinde',
  },
};
