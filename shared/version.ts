/** This program's version, that of package.json: a built server has no such file beside it. */
export const VERSION = '0.1.0';
