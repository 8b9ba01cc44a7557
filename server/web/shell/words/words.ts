/** What every page says around its own content. */
export interface ShellWords {
  skipToContent: string;
  chooseLanguage: string;
  /** Beside the product's name: what this service is. */
  tagline: string;
  mainNavigation: string;
  privacy: string;
  accessibility: string;
  usefulLinks: string;
  logout: string;
  /** Titles and texts of the pages that say what went wrong, by what it was. */
  problems: Record<ProblemName, { title: string; text: string }>;
}

export type ProblemName =
  | 'notFound'
  | 'badRequest'
  | 'forbidden'
  | 'tooLarge'
  | 'tooMany'
  | 'unavailable'
  | 'internal';
