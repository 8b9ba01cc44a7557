import { plural } from '../../../../shared/plural.ts';
import type { ReadingWords } from './words.ts';

export const words: ReadingWords = {
  title: 'Reading of a QR code',
  cardTitle: 'Reading of a Disability Card',
  intro:
    'You have read a person’s code. Ask for their codice fiscale (Italian tax code), type it here and press “Verify”: you will learn whether the status is attested, with no percentage and no diagnosis.',
  cardIntro:
    'You have read a Disability Card. Ask the person for their codice fiscale (Italian tax code), type it here and press “Verify”: you will learn only whether the card is valid.',
  codeLabel: 'The person’s codice fiscale',
  codeHint: '16 characters, also printed on the Italian health card (11 digits if provisional).',
  verify: 'Verify',
  formProblem: 'Check the codice fiscale',
  typed: (count) => `${count} of 16 characters`,
  wellFormed: 'The code is well formed.',
  result: 'Result of the check',
  areas: 'Attested status in each of the five areas',
  area: 'Area',
  recognised: 'Recognised',
  yes: 'Yes',
  no: 'No',
  meaningOfNo:
    '“No” means that the archive holds no such record: a court ruling or a report from before 2010 may exist on paper. In that case look at the paper report.',
  time: 'Checked on',
  reference: 'Reference number',
  keepNothing:
    'This answer is sensitive personal data: do not photograph it or write it down. You may note the reference number only. The person sees this check in their own area.',
  again: 'Check this code again',
  operators: 'View the assessment (authorised operators only)',
  cardValid: 'Card valid',
  cardNotValid: 'Card not valid',
  notRecognised: {
    title: 'Not recognised',
    text: 'The code and the codice fiscale do not belong together, or the code is no longer valid. Check the codice fiscale with the person.',
  },
  notInArchive: {
    title: 'We cannot confirm this electronically',
    text: 'This is not a “no”: the archive holds nothing yet. Court rulings and reports from before 2010 exist on paper only: ask to see the paper report.',
  },
  unavailable: {
    title: 'We cannot confirm this now',
    text: 'The archive does not answer. This is not a “no”: try again in a few minutes, or ask to see the paper report.',
  },
  throttled: {
    title: 'Too many attempts',
    text: (minutes) =>
      `To protect the person this check is on hold. Try again in ${plural('en', minutes, { one: 'one minute', other: `${minutes} minutes` })}, or ask to see the paper report.`,
  },
  needsLiveCode: {
    title: 'The live code is needed',
    text: 'This code was tried too often. To protect the person, we give no more answers today. Ask them to open the live code on their phone and scan that; or look at their Card, or the paper verbale with a document.',
  },
  stale: {
    title: 'This code is out of date',
    text: 'It is a live code, good for one minute: it may be a photograph. Ask the person to show it again on their phone.',
  },
  notOurs: {
    title: 'This code is not valid',
    text: 'The code is cut off, is not of this service or is no longer in use. Read it again; if that fails, ask the person to renew it in their own area.',
  },
};
