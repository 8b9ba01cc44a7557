/** A codice fiscale (omocodia included) or a credential's URL: no message may contain either. */
const PERSON_SHAPE =
  /\b[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]\b|\/v\/\d+\/[a-z0-9]{8}[\w-]*/gi;

const MASK = '[…]';

/** Whether a text holds what could identify a person. */
export function holdsPerson(text: string): boolean {
  return text.search(PERSON_SHAPE) !== -1;
}

/**
 * The same content, with every text in it masked where it has the shape of a person's code. A title that
 * somebody typed, or a name that a kiosk sent, may have that shape: the message goes out without it.
 */
export function withoutPersons<Content>(content: Content): Content {
  return JSON.parse(JSON.stringify(content), (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll(PERSON_SHAPE, MASK) : value,
  );
}
