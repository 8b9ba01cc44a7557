/**
 * Licences under which a package may come into an install: compatible with EUPL-1.2 (its article 5 and
 * appendix). The LGPL is that of libvips, a library that is loaded, not linked in.
 */
export const allowedLicences: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'LGPL-3.0-or-later',
  'MIT',
  'MIT-0',
]);

/** What the few packages say elsewhere that name no licence in their manifest, read by hand. */
export const licences: Readonly<Record<string, string>> = {
  // Its archive names none; its repository has the text, and later versions name it.
  nanotimer: 'ISC',
  // The text is in its LICENSE.
  'png-js': 'MIT',
  // In the older form of a manifest, and in its LICENSE-MIT.
  temporal: 'MIT',
};

/**
 * Whether an SPDX expression may come in: each part of an AND, one part of an OR. Parentheses hold one list
 * of either kind, as npm's packages write them. Pure.
 */
export function mayComeIn(expression: string): boolean {
  return expression.split(/\s+AND\s+(?![^(]*\))/).every((part) =>
    part
      .replace(/^\(|\)$/g, '')
      .split(/\s+OR\s+/)
      .some((one) => allowedLicences.has(one.trim())),
  );
}
