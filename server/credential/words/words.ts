/** The words of a printed code in one language. */
export interface SheetWords {
  title: string;
  /** Said by a screen reader in the QR code's place. */
  alt: string;
  issued: (date: string) => string;
  holder: (name: string) => string;
  atGate: string;
  steps: readonly string[];
  reading: string;
  readingText: string;
  lost: string;
  lostText: (portal: string) => string;
}

/** The words of a printed Disability Card in one language. */
export interface CardWords {
  title: string;
  /** Said by a screen reader in the card's place; all that is on it follows as text. */
  alt: string;
  name: string;
  birth: string;
  serial: string;
  expires: string;
  companion: string;
  use: string;
}

/** The words of the documents that a citizen prints, in one language. */
export interface DocumentWords {
  /** The code on a sheet. */
  sheet: SheetWords;
  card: CardWords;
}
