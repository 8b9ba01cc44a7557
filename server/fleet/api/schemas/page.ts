import { z } from 'zod';

/** A list, and where the next page begins if there is one. */
export function pageOf<Item extends z.ZodType>(items: Item) {
  return z.strictObject({ items: z.array(items), next: z.string().optional() });
}
