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

/** Longer lines are truncated: no code is this long. */
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
 * `varco cf`: checks codes from the arguments, or from standard input with one per line. Prints one
 * verdict per line, in the same order; exits with 1 if any code is invalid.
 */
export function cfCommand(
  streams: CfStreams = { input: process.stdin, output: process.stdout },
): Command {
  return new Command('cf')
    .description(
      'Check codici fiscali: what they encode, what is wrong, and what may have been meant.',
    )
    .argument('[codes...]', 'the codes; if none, one per line is read from standard input')
    .option('--json', 'one JSON object per line', false)
    .addOption(
      new Option('--language <language>', 'language of the messages')
        .choices(languages)
        .default('en'),
    )
    .addOption(
      new Option('--today <date>', 'check as of this day, YYYY-MM-DD').argParser(parseToday),
    )
    .addHelpText(
      'after',
      `
Every user of the machine can see the command line: pass real codes through standard input.

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

/** Prints a verdict for each code and returns whether all are valid; stops when the output is closed. */
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
    facts: result.ok ? result.facts : undefined,
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

/** An input made safe for a terminal: without control characters, and cut to part of a line. */
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
  const parts = [
    `${facts.sex}, born ${facts.birthDates.join(' or ')}`,
    `${place.kind === 'commune' ? 'commune' : 'foreign state'} ${place.code}`,
    first && last ? `(${first.from}–${last.to ?? ''})` : '',
    omocodia === 0 ? '' : `omocodia ${omocodia.toString(2).padStart(7, '0')}`,
  ];
  return parts.filter(Boolean).join(' ');
}

/**
 * The lines of a stream, separated by LF alone: anything else that a scanner or another system added
 * stays in the line, for the parser to judge. Only a byte order mark at the beginning is dropped.
 */
async function* linesOf(input: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  const chunks: AsyncIterable<Uint8Array> = input;
  for await (const chunk of chunks) {
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
