import { z } from 'zod';

/** A number as people write it, with a comma or a point; nothing written is nothing. */
export const decimal = z
  .string()
  .default('')
  .transform((text) => (text.trim() === '' ? undefined : Number(text.replace(',', '.'))));

/** Percent of a plan's width or height, as a share of 1. */
export const position = decimal.transform((percent) =>
  percent === undefined ? undefined : percent / 100,
);

/** Words with spaces or commas between them. */
export const tagList = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,]+/).filter((tag) => tag !== ''));

/** A field that may stand in the form once, often or not at all. */
export const several = z
  .union([z.string(), z.array(z.string())])
  .default([])
  .transform((value) => (typeof value === 'string' ? [value] : value));

/** A whole number that was typed. */
export const count = z.coerce.number().int().nonnegative();
