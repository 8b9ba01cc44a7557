import { readFile, writeFile } from 'node:fs/promises';
import { PLACE_LETTERS } from '../shared/codice-fiscale/alphabet.ts';
import { DIGITS, RANK_BASE } from '../shared/codice-fiscale/packing.ts';

/**
 * Generates the place tables from `scripts/data/belfiore-places.json` (or from the file in the argument,
 * which then replaces it) and lists the differences to the present tables. `--check` writes nothing, and
 * exits with 1 if the tables do not match the source.
 *
 * @example npx tsx scripts/generate-places.ts ~/Downloads/belfiore-places.json
 */

/** First and last day of an era of a place, as ISO dates; `9999-12-31` means that it has not ended. */
type Era = [from: string, to: string];
type Eras = Map<string, Era[]>;

const OPEN = '9999-12-31';
const MS_PER_DAY = 86_400_000;
const head = `// Made by scripts/generate-places.ts from scripts/data: do not edit.
// Source: ANPR archivio comuni (2023-10, CC BY 4.0), communes of 2024, foreign ministry's list of
// states, ISTAT's ceased states; merged and compacted (scripts/data/README.md).
`;

const files = {
  source: new URL('data/belfiore-places.json', import.meta.url),
  unlisted: new URL('data/places-unlisted.json', import.meta.url),
  compact: new URL('../shared/codice-fiscale/places.generated.ts', import.meta.url),
  eras: new URL('../server/registry/places/eras.generated.ts', import.meta.url),
};

/** The index in the tables of a code such as `H501`. */
function indexOf(code: string): number {
  const series = PLACE_LETTERS.indexOf(code.charAt(0));
  if (series < 0 || !/^[A-Z][0-9]{3}$/.test(code)) {
    throw new Error(`Not a Belfiore code: ${code}`);
  }
  return series * 1000 + Number(code.slice(1));
}

/** Reads a source and checks that every era begins before it ends, and after the previous one. */
function readSource(text: string): Eras {
  const eras: Eras = new Map();
  const isDay = /^\d{4}-\d{2}-\d{2}$/;
  const source: Record<string, Era[]> = JSON.parse(text);
  for (const [code, list] of Object.entries(source)) {
    indexOf(code);
    let previous = '';
    // The source has some eras twice.
    const distinct = list.filter(([from], at) => from !== list[at - 1]?.[0]);
    for (const [from, to] of distinct) {
      if (!isDay.test(from) || !isDay.test(to) || from > to || from <= previous) {
        throw new Error(`The eras of ${code} are not in order: ${JSON.stringify(list)}`);
      }
      previous = to;
    }
    eras.set(code, distinct);
  }
  return new Map([...eras].sort(([one], [other]) => (one < other ? -1 : 1)));
}

const base36 = (value: number) => value.toString(36);
const dayNumber = (day: string) => Number(day.replaceAll('-', ''));

/** The differences between successive numbers, base 36. */
function steps(numbers: number[]): string {
  return numbers.map((number, at) => base36(number - (numbers[at - 1] ?? 0))).join(',');
}

/** The same as single digits; after the highest digit, the next one continues the step. */
function packSteps(numbers: number[]): string {
  const highest = DIGITS.length - 1;
  return numbers
    .map((number, at) => {
      const step = number - (numbers[at - 1] ?? 0);
      return (
        DIGITS.charAt(highest).repeat(Math.floor(step / highest)) + DIGITS.charAt(step % highest)
      );
    })
    .join('');
}

/** The browser's table: a bitmap of what exists, the last day of what ended, and what is unlisted. */
function compactTable(eras: Eras, unlisted: { states: string[]; neverAssigned: string[] }): string {
  const bitmap = Buffer.alloc((PLACE_LETTERS.length * 1000) / 8);
  const endOf = new Map<number, number>();
  for (const [code, list] of eras) {
    const index = indexOf(code);
    bitmap[index >> 3] = (bitmap[index >> 3] ?? 0) | (1 << (index & 7));
    const end = list.at(-1)?.[1] ?? OPEN;
    if (end !== OPEN) {
      endOf.set(index, Date.parse(end) / MS_PER_DAY);
    }
  }
  const days = [...new Set(endOf.values())].sort((one, other) => one - other);
  const ranks = [...endOf.values()].map((day) => days.indexOf(day));
  const digit = (value: number) => DIGITS.charAt(value);
  const begun = [...eras.values()].flatMap((list) => list.map(([from]) => dayNumber(from)));
  return `${head}
/** The last day on which a place of the table began, yyyymmdd: places that began later are missing. */
export const AS_OF = ${begun.reduce((one, other) => Math.max(one, other))};

/** One bit for each place index, base64. */
export const EXISTING =
  '${bitmap.toString('base64')}';

/** The last days, as steps between days since 1970, base 36. */
export const END_DAYS =
  '${steps(days)}';

/** Steps between the indexes of ended places, in digits of packing.ts. */
export const ENDED_STEPS =
  '${packSteps([...endOf.keys()])}';

/** The rank of each ended place's last day among the last days: its higher digit, and its lower. */
export const ENDED_HIGH =
  '${ranks.map((rank) => digit(Math.floor(rank / RANK_BASE))).join('')}';
export const ENDED_LOW =
  '${ranks.map((rank) => digit(rank % RANK_BASE)).join('')}';

/** Steps between the indexes of foreign states that were used and are not listed, base 36. */
export const UNLISTED_STATES =
  '${steps(unlisted.states.map(indexOf))}';

/** Steps between the indexes of numbers that were passed over, base 36. */
export const NEVER_ASSIGNED =
  '${steps(unlisted.neverAssigned.map(indexOf))}';
`;
}

/** The server's table: all eras, a line for each place. */
function erasTable(eras: Eras): string {
  const short = (day: string) => (day === OPEN ? '' : day.replaceAll('-', ''));
  const lines = [...eras].map(
    ([code, list]) =>
      `${code} ${list.map(([from, to]) => `${short(from)}-${short(to)}`).join(' ')}`,
  );
  return `${head}
/** A line for each place: its code and its eras, \`yyyymmdd-yyyymmdd\`; one that is open has no end. */
export const ERAS = \`${lines.join('\n')}\`;
`;
}

/** The eras by place, read from a generated table. */
function erasInTable(table: string): Map<string, string> {
  const lines = table.matchAll(/^(?:export const ERAS = `)?([A-Z]\d{3}) ([-\d ]+?)`?;?$/gm);
  return new Map([...lines].map(([, code = '', eras = '']): [string, string] => [code, eras]));
}

/** The differences, one line per place: `+` new, `-` removed, `~` changed. */
function difference(before: Map<string, string>, after: Map<string, string>): string[] {
  const codes = [...new Set([...before.keys(), ...after.keys()])].sort();
  return codes.flatMap((code) => {
    const [old, now] = [before.get(code), after.get(code)];
    if (old === now) {
      return [];
    }
    if (old === undefined) {
      return [`+ ${code} ${now}`];
    }
    return now === undefined ? [`- ${code} ${old}`] : [`~ ${code} ${old} → ${now}`];
  });
}

async function readOr(file: URL, otherwise: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return otherwise;
    }
    throw error;
  });
}

const words = process.argv.slice(2);
const check = words.includes('--check');
const newSource = words.find((word) => !word.startsWith('--'));
const sourceText = await readFile(newSource ?? files.source, 'utf8');
const eras = readSource(sourceText);
const compact = compactTable(eras, JSON.parse(await readFile(files.unlisted, 'utf8')));
const full = erasTable(eras);
const [compactBefore, fullBefore] = [await readOr(files.compact, ''), await readOr(files.eras, '')];
const differences = difference(erasInTable(fullBefore), erasInTable(full));
for (const line of differences) {
  process.stdout.write(`${line}\n`);
}
const same = compact === compactBefore && full === fullBefore;
process.stdout.write(
  `${eras.size} places, ${differences.length} differences, tables ${same ? 'up to date' : 'differ'}\n`,
);
if (check) {
  process.exitCode = same ? 0 : 1;
} else {
  await writeFile(files.compact, compact);
  await writeFile(files.eras, full);
  if (newSource !== undefined) {
    await writeFile(files.source, sourceText);
  }
}
