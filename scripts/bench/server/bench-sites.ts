/** A gate, and a person, belong to the site of their number modulo this. */
export const SITES = 10;
