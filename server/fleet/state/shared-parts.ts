/** Distinct parts that are kept once, at most, and the longest of them as JSON, in characters. */
const PARTS_MAX = 512;
const LENGTH_MAX = 1_024;

const parts = new Map<string, unknown>();

/**
 * A part that equals this one, kept once for all that have it: of thousands of kiosks most have the same
 * scanner and keypad that are ready. What is rare beyond the bound, or long, is answered as it came.
 * Parts are plain data that nobody changes: a shared one is frozen.
 */
export function sharedPart<Part extends object>(part: Part): Part {
  const key = JSON.stringify(part);
  const known = parts.get(key);
  if (known !== undefined) {
    return known as Part;
  }
  if (parts.size < PARTS_MAX && key.length <= LENGTH_MAX) {
    parts.set(key, freeze(part));
  }
  return part;
}

function freeze<Part extends object>(part: Part): Part {
  for (const inner of Object.values(part)) {
    if (typeof inner === 'object' && inner !== null) {
      freeze(inner);
    }
  }
  return Object.freeze(part);
}
