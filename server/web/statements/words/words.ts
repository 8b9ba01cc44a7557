/** A part of a statement, paragraph by paragraph. */
export interface Section {
  title: string;
  text: readonly string[];
}

/** The privacy notice (GDPR art. 13) and the accessibility statement (AgID's model, L. 4/2004 art. 3-quater). */
export interface StatementWords {
  privacy: { title: string; version(version: string): string; sections: readonly Section[] };
  accessibility: { title: string; sections: readonly Section[] };
}
