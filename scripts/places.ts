import { readFile, writeFile } from 'node:fs/promises';
import { PLACE_LETTERS } from '../shared/codice-fiscale/alphabet.ts';

/**
 * Makes the place tables from `scripts/data/belfiore-places.json` (or the file named) and shows what
 * is new, gone or changed against the tables in the tree. `--check` writes nothing and exits 1 if there
 * is a difference.
 *
 * @example npx tsx scripts/places.ts ~/Downloads/belfiore-places.json
 */

/** First and last day of a place's era, ISO dates; `9999-12-31` is still open. */
type Era = [from: string, to: string];

const OPEN = '9999-12-31';
const HEAD = `// Made by scripts/places.ts from scripts/data/belfiore-places.json: do not edit.
// Source: ANPR archivio comuni (2023-10, CC BY 4.0), communes of 2024, foreign ministry's list of
// states, ISTAT's ceased states; merged and compacted.
`;

/** The place in the tables of a code such as `H501`. */
function indexOf(code: string): number {
  const series = PLACE_LETTERS.indexOf(code.charAt(0));
  if (series < 0 || !/^[A-Z][0-9]{3}$/.test(code)) {
    throw new Error(`Not a Belfiore code: ${code}`);
  }
  return series * 1000 + Number(code.slice(1));
}

function base36(value: number, width = 0): string {
  return value.toString(36).padStart(width, '0');
}

/** The browser's table: a bitmap of what exists, and the last day of what ended. */
function compactTable(places: [code: string, eras: Era[]][]): string {
  const bitmap = Buffer.alloc((PLACE_LETTERS.length * 1000) / 8);
  const endOf = new Map<number, number>();
  for (const [code, eras] of places) {
    const index = indexOf(code);
    bitmap[index >> 3] = (bitmap[index >> 3] as number) | (1 << (index & 7));
    const end = eras
      .map(([, to]) => to)
      .sort()
      .at(-1) as string;
    if (end !== OPEN) {
      endOf.set(index, Number(end.replaceAll('-', '')));
    }
  }
  const dates = [...new Set(endOf.values())].sort((one, other) => one - other);
  const steps = dates.map((date, place) => base36(date - (dates[place - 1] ?? 0)));
  let previous = -1;
  const ended = [...endOf]
    .sort(([one], [other]) => one - other)
    .map(([index, date]) => {
      const entry = base36(index - previous) + base36(dates.indexOf(date), 2);
      previous = index;
      return entry;
    });
  const asOf = places
    .flatMap(([, eras]) => eras.map(([from]) => from))
    .sort()
    .at(-1) as string;
  return `${HEAD}
/** The last day on which a place of the table began, yyyymmdd: places that began later are missing. */
export const AS_OF = ${asOf.replaceAll('-', '')};

/** One bit for each place index, base64. */
export const EXISTING =
  '${bitmap.toString('base64')}';

/** The last days, as steps between numbers yyyymmdd, base 36. */
export const END_DATES =
  '${steps.join(',')}';

/** Steps between the indexes of ended places, base 36, each with two digits of its last day's place above. */
export const ENDED =
  '${ended.join(',')}';
`;
}

const source = new URL('data/belfiore-places.json', import.meta.url);
const places = Object.entries(JSON.parse(await readFile(source, 'utf8')) as Record<string, Era[]>);
await writeFile(
  new URL('../shared/codice-fiscale/places.generated.ts', import.meta.url),
  compactTable(places),
);
