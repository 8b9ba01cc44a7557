import type { Purpose } from '../../../verification/purposes.ts';

/** What the operators' desk says. */
export interface DeskWords {
  title: string;
  lead: string;
  site: string;
  code: string;
  codeHint: string;
  codeProblem: string;
  codiceFiscale: string;
  codiceFiscaleHint: string;
  codiceFiscaleMissing: string;
  siteProblem: string;
  verify: string;
  formProblem: string;
  camera: { start: string; stop: string; looking: string; read: string; denied: string };
  result: string;
  area: string;
  recognised: string;
  yes: string;
  no: string;
  time: string;
  reference: string;
  next: string;
  cardValid: string;
  cardInvalid: string;
  notRecognised: string;
  notInArchive: string;
  unavailable: string;
  throttled(minutes: number): string;
  needsLiveCode: string;
  second: {
    title: string;
    lead: string;
    notYours: string;
    purpose: string;
    purposeHint: string;
    purposeProblem: string;
    choose: string;
    byCode: string;
    byMail: string;
    mailed: string;
    mailedText: string;
    codeTitle: string;
    codeText(minutes: number): string;
    code: string;
    triesLeft(tries: number): string;
    show: string;
    resend: string;
    /** Seconds until it may be sent again; 0: now. */
    resendHint(seconds: number): string;
    wrongCode: string;
    codeSpent: string;
    codeNotSent: string;
    codesLocked(hours: number): string;
    messageThrottled(minutes: number): string;
    tooSoon(minutes: number): string;
    caseOver: string;
  };
  detail: {
    title: string;
    once: string;
    left(seconds: number): string;
    gone: string;
    close: string;
    giudizio: string;
    law: string;
    percentage: string;
    companion: string;
    revision: string;
    revisionText: string;
    benefits: string;
    none: string;
  };
  purposes: Record<Purpose, string>;
}
