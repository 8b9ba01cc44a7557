/** Gates and people belong to the site of their number modulo this. */
export const SITES = 10;
