/** What the reading page says (*Dettaglio lettura QR*). */
export interface ReadingWords {
  title: string;
  cardTitle: string;
  intro: string;
  cardIntro: string;
  codeLabel: string;
  codeHint: string;
  verify: string;
  formProblem: string;
  /** While a code is typed: how much of it is there. */
  typed(count: number): string;
  wellFormed: string;
  result: string;
  /** Of the table of areas. */
  areas: string;
  area: string;
  recognised: string;
  yes: string;
  no: string;
  meaningOfNo: string;
  time: string;
  reference: string;
  keepNothing: string;
  again: string;
  operators: string;
  cardValid: string;
  cardNotValid: string;
  notRecognised: { title: string; text: string };
  notInArchive: { title: string; text: string };
  unavailable: { title: string; text: string };
  throttled: { title: string; text(minutes: number): string };
  /** Tried too often everywhere: only a phone's live code is answered. */
  needsLiveCode: { title: string; text: string };
  /** A live code past its minute. */
  stale: { title: string; text: string };
  /** A code whose signature doesn't hold, of a key that is no more, or cut off. */
  notOurs: { title: string; text: string };
}
