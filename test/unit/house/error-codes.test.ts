import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fleetWords } from '../../../server/web/fleet/fleet-words.ts';
import { loginWords } from '../../../server/web/login/login-words.ts';
import { portalWords } from '../../../server/web/portal/portal-words.ts';
import {
  type ErrorCodeEntry,
  errorCodes,
  isErrorCode,
  type WordsKey,
} from '../../../shared/error-codes.ts';
import { languages } from '../../../shared/language.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const entries: [string, ErrorCodeEntry][] = Object.entries(errorCodes);

/** The product's own source: without the list itself and the words of pages and screens. */
function product(): string {
  const texts: string[] = [];
  for (const folder of ['shared', 'hardware', 'device', 'server', 'scripts']) {
    const found = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    for (const path of found.filter((one) => /\.tsx?$/.test(one) && !/words[./]/.test(one))) {
      texts.push(path === 'error-codes.ts' ? '' : readFileSync(join(root, folder, path), 'utf8'));
    }
  }
  return texts.join('\n');
}

/** The section of each catalogue that is told apart by code. */
const sections: Record<WordsKey, (language: (typeof languages)[number]) => object> = {
  'fleet.problems': (language) => fleetWords[language].problems,
  'login.problems': (language) => loginWords[language].problems,
  'portal.card.problems': (language) => portalWords[language].card.problems,
};

describe('the list of error codes', () => {
  const source = product();

  test('holds no code that the product never throws or answers', () => {
    const unused = entries.filter(([code]) => !new RegExp(`'${code}'`).test(source));
    expect(unused.map(([code]) => code)).toEqual([]);
  });

  test('has a status that is an answer to a failure for each', () => {
    const wrong = entries.filter(([, { status }]) => status < 400 || status > 599);
    expect(wrong).toEqual([]);
  });

  test('is a list of its own members only', () => {
    expect(['busy', 'EADDRINUSE', 'toString', 'constructor', ''].filter(isErrorCode)).toEqual([
      'busy',
    ]);
  });
});

describe.each(Object.keys(sections) as WordsKey[])('the words of %s', (key) => {
  const expected = entries.filter(([, { words }]) => words === key).map(([code]) => code);

  test.each(languages)('in %s are those of the codes that name them', (language) => {
    expect(Object.keys(sections[key](language)).sort()).toEqual(expected.toSorted());
  });
});
