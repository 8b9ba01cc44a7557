import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { Command, InvalidArgumentError, Option } from 'commander';
import { erasOf } from '../../server/registry/places/eras.ts';
import { codiceFiscaleWords } from '../../shared/codice-fiscale/codice-fiscale-words.ts';
import { type Facts, type ParseResult, parse } from '../../shared/codice-fiscale/parse.ts';
import { problemMessage, warningMessage } from '../../shared/codice-fiscale/problem-message.ts';
import { type Suggestion, suggest } from '../../shared/codice-fiscale/suggest.ts';
import { type Language, languages } from '../../shared/language.ts';

const EXIT_INVALID = 1;

/** A longer line is cut there: it is no code. */
const LINE_CHARACTERS_MAX = 1_048_576;

/** Where the codes come from and the verdicts go. */
export interface CfStreams {
  input: Readable;
  output: Writable;
}

interface CfOptions {
  json: boolean;
  language: Language;
  today?: string;
}

/**
 * `varco cf`: checks codes, given as arguments or one a line on standard input. One verdict a line, in
 * the order of the codes; exit 1 if any code is invalid.
 */
export function cfCommand(
  streams: CfStreams = { input: process.stdin, output: process.stdout },
): Command {
  return new Command('cf')
    .description('Check codici fiscali: what they say, what is wrong, what may have been meant.')
    .argument('[codes...]', 'codes; without any, one a line is read from standard input')
    .option('--json', 'one JSON object a line', false)
    .addOption(
      new Option('--language <language>', 'language of the messages')
        .choices(languages)
        .default('en'),
    )
    .addOption(
      new Option('--today <date>', 'the day to judge by, YYYY-MM-DD').argParser(parseToday),
    )
    .addHelpText(
      'after',
      `
A code on the command line can be seen by every user of the machine: use standard input for real ones.

Examples:
  varco cf RSSMRA80A01H501U
  varco cf --json < codes.txt`,
    )
    .action(async (codes: string[], options: CfOptions) => {
      const lines = codes.length > 0 ? codes : linesOf(streams.input);
      if (!(await judgeAll(lines, options, streams.output))) {
        process.exitCode = EXIT_INVALID;
      }
    });
}

function parseToday(text: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== text) {
    throw new InvalidArgumentError('Not a date YYYY-MM-DD.');
  }
  return text;
}

/** Prints a verdict for each code; whether all are valid. A reader that goes away ends it. */
async function judgeAll(
  lines: Iterable<string> | AsyncIterable<string>,
  options: CfOptions,
  output: Writable,
): Promise<boolean> {
  let gone: NodeJS.ErrnoException | undefined;
  const onError = (error: NodeJS.ErrnoException) => {
    gone = error;
  };
  output.on('error', onError);
  let allValid = true;
  try {
    for await (const line of lines) {
      const result = parse(line, { today: options.today, erasOf });
      const suggestions = result.ok ? [] : suggest(line, { today: options.today });
      allValid &&= result.ok;
      const text = options.json
        ? JSON.stringify(jsonVerdict(line, result, suggestions, options.language))
        : textVerdict(line, result, suggestions, options.language);
      if (gone === undefined && !output.write(`${text}\n`)) {
        await Promise.race([once(output, 'drain'), once(output, 'close')]).catch(() => {});
      }
      if (gone !== undefined) {
        break;
      }
    }
  } finally {
    output.off('error', onError);
  }
  if (gone !== undefined && gone.code !== 'EPIPE') {
    throw gone;
  }
  return allValid;
}

function jsonVerdict(
  input: string,
  result: ParseResult,
  suggestions: Suggestion[],
  language: Language,
): object {
  const problems = result.ok ? [] : result.problems;
  const warnings = result.ok ? result.warnings : [];
  return {
    input,
    valid: result.ok,
    code: result.ok ? result.code : null,
    problems: problems.map((each) => ({
      ...each,
      message: problemMessage(each, codiceFiscaleWords[language]),
    })),
    warnings: warnings.map((each) => ({
      ...each,
      message: warningMessage(each, codiceFiscaleWords[language]),
    })),
    suggestions,
    ...(result.ok && { facts: result.facts }),
  };
}

function textVerdict(
  input: string,
  result: ParseResult,
  suggestions: Suggestion[],
  language: Language,
): string {
  if (result.ok) {
    const warnings = result.warnings.map(
      (each) => `\n  ! ${warningMessage(each, codiceFiscaleWords[language])}`,
    );
    return `${result.code} valid: ${factsText(result.facts)}${warnings.join('')}`;
  }
  const problems = result.problems.map(
    (each) => `\n  ✗ ${problemMessage(each, codiceFiscaleWords[language])}`,
  );
  const offers = suggestions.map(({ code, slip }) => `\n  ? ${code} (${slip})`);
  return `${shown(input)} invalid${problems.join('')}${offers.join('')}`;
}

/** An input as a terminal may show it: no control characters, and no more than a line of it. */
function shown(input: string): string {
  const printable = input.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return printable.length > 40 ? `${printable.slice(0, 40)}…` : printable || '(empty)';
}

function factsText(facts: Facts): string {
  if (facts.kind === 'provisional') {
    return `provisional, office ${facts.office}`;
  }
  const { place, omocodia } = facts;
  const [first, last] = [place.eras?.[0], place.eras?.at(-1)];
  return [
    `${facts.sex}, born ${facts.birthDates.join(' or ')}`,
    `${place.kind === 'commune' ? 'commune' : 'foreign state'} ${place.code}`,
    ...(first && last ? [`(${first.from}–${last.to ?? ''})`] : []),
    ...(omocodia === 0 ? [] : [`omocodia ${omocodia.toString(2).padStart(7, '0')}`]),
  ].join(' ');
}

/**
 * The lines of a stream, ended by LF alone: what else a scanner or another system added is part of
 * the line and is the parser's to judge. A byte order mark at the beginning is not.
 */
async function* linesOf(input: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of input as AsyncIterable<Uint8Array>) {
    for (const [at, piece] of decoder.decode(chunk, { stream: true }).split('\n').entries()) {
      if (at > 0) {
        yield rest;
        rest = '';
      }
      rest += piece.slice(0, LINE_CHARACTERS_MAX - rest.length);
    }
  }
  rest += decoder.decode();
  if (rest !== '') {
    yield rest;
  }
}
