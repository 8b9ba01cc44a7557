import { counted, plural } from '../../../../shared/plural.ts';
import type { DeskWords } from './words.ts';

export const words: DeskWords = {
  title: 'Desk',
  lead: 'Read the person’s QR code, then type their codice fiscale.',
  site: 'Site',
  code: 'QR code',
  codeHint: 'Use the scanner or the camera, or paste the text of the code.',
  codeProblem: 'This is not a code of the service. Read it again.',
  codiceFiscale: 'The person’s codice fiscale',
  codiceFiscaleHint: 'Type it, or scan the barcode on the back of the Tessera Sanitaria.',
  codiceFiscaleMissing: 'Type the person’s codice fiscale.',
  siteProblem: 'Choose the site where you are.',
  verify: 'Verify',
  formProblem: 'Something needs correcting',
  camera: {
    start: 'Use the camera',
    stop: 'Close the camera',
    looking: 'Hold the code before the camera.',
    read: 'Code read.',
    denied: 'The camera is not available, or was not allowed.',
  },
  result: 'Answer of the first level',
  area: 'Area',
  recognised: 'Recognised',
  yes: 'Yes',
  no: 'No',
  time: 'Time',
  reference: 'Reference',
  next: 'Next person',
  cardValid: 'Card valid',
  cardInvalid: 'Card not valid',
  notRecognised:
    'Code and codice fiscale are not recognised together. Check them and try again, or ask for the paper verbale.',
  notInArchive:
    'Nothing is known electronically. This is no refusal: ask for the paper verbale or the court ruling.',
  unavailable: 'It cannot be verified at this moment. This is no refusal: try again shortly.',
  throttled: (minutes) =>
    `Too many tries: try again in ${plural('en', minutes, { one: 'a minute', other: `${minutes} minutes` })}.`,
  needsLiveCode:
    'This code was tried too often, everywhere together: there are no more answers today. Ask the person to open the live code on their phone and scan that; or look at their Card, or the paper verbale with a document.',
  second: {
    title: 'Show the giudizio',
    lead: 'Only with the person’s consent: they receive a code on their mobile and tell it to you.',
    notYours: 'The giudizio may be seen only by those who have the role of operator.',
    purpose: 'Purpose',
    purposeHint: 'The purpose is recorded, and the person sees it in their list.',
    purposeProblem: 'Choose the purpose.',
    choose: 'Choose…',
    byCode: 'Send the code to the mobile',
    byMail: 'Send the giudizio to their e-mail',
    mailed: 'Sent',
    mailedText:
      'If the person has an e-mail address on file, the giudizio goes there. It is not shown here.',
    codeTitle: 'The person’s code',
    codeText: (minutes) =>
      `The code went to the person’s mobile and is good for ${counted('en', minutes, { one: 'minute', other: 'minutes' })}. Ask for it and type it here.`,
    code: 'Code of 6 digits',
    triesLeft: (tries) => `Tries left: ${tries}.`,
    show: 'Show the giudizio',
    resend: 'Send another code',
    resendHint: (seconds) =>
      seconds < 1
        ? 'If the code did not arrive, you can send another. The tries left stay the same.'
        : `If the code does not arrive, you can send another in ${counted('en', seconds, { one: 'second', other: 'seconds' })}. The tries left stay the same.`,
    wrongCode: 'The code is not right. Check it and try again.',
    codeSpent: 'The code is no longer good: it has expired, was used, or the tries are over.',
    codeNotSent:
      'The message with the code has not left, so no code is valid. Try again shortly, or send the detail to their e-mail.',
    codesLocked: (hours) =>
      `Too many wrong codes for this person. You can try again in ${counted('en', hours, { one: 'hour', other: 'hours' })}. The person has been told.`,
    messageThrottled: (minutes) =>
      `The person has been sent many codes already, so no other leaves now. Try again in ${counted('en', minutes, { one: 'minute', other: 'minutes' })}, or send the detail to their e-mail.`,
    tooSoon: (minutes) =>
      `You have just sent a code, and its tries are used up. You can send another in ${counted('en', minutes, { one: 'minute', other: 'minutes' })}.`,
    caseOver: 'This check has expired. Begin again by reading the code.',
  },
  detail: {
    title: 'Giudizio',
    once: 'It is shown only once, for two minutes. Do not copy or print it.',
    left: (seconds) => counted('en', seconds, { one: 'more second', other: 'more seconds' }),
    gone: 'The giudizio is no longer shown.',
    close: 'Close now',
    giudizio: 'Giudizio',
    law: 'Law',
    percentage: 'Percentage',
    companion: 'Companion’s allowance',
    revision: 'Revision',
    revisionText: 'a date in the past does not end the status (L. 114/2014 art. 25 c. 6-bis)',
    benefits: 'Fiscal benefits',
    none: 'none',
  },
  purposes: {
    'contrassegno-parcheggio': 'Parking badge',
    'agevolazioni-veicoli': 'Tax benefits for vehicles',
    'agevolazioni-trasporto': 'Transport benefits',
    'collocamento-mirato': 'Targeted employment',
    'permessi-lavorativi': 'Leave from work',
    'protesi-ausili': 'Prostheses and aids',
    'esenzione-ticket': 'Exemption from health charges',
    'inclusione-scolastica': 'Inclusion at school',
    'tributi-locali': 'Local taxes and benefits',
  },
};
