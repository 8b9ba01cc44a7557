import type { Mutant } from './mutant.ts';

export const sharedMutants: readonly Mutant[] = [
  {
    what: 'a waiting time does not grow',
    file: 'shared/backoff.ts',
    find: '    limits.firstMs * limits.factor ** Math.min(attempt, 64),',
    replace: '    limits.firstMs * limits.factor,',
    tests: ['test/unit/shared/backoff.test.ts'],
  },
  {
    what: 'a live code from the future is taken',
    file: 'shared/credential/live-code.ts',
    find: '  return now < issuedAt + LIVE_SECONDS + LIVE_SKEW_SECONDS && now >= issuedAt - LIVE_SKEW_SECONDS;',
    replace: '  return now < issuedAt + LIVE_SECONDS + LIVE_SKEW_SECONDS;',
    tests: ['test/unit/shared/credential/live.test.ts'],
  },
  {
    what: 'a list of the same version replaces one',
    file: 'shared/offline-list/offline-list.ts',
    find: '    if (header.version <= this.header.version) {',
    replace: '    if (header.version < this.header.version) {',
    tests: ['test/unit/shared/offline-list/offline-list.test.ts'],
  },
  {
    what: 'two words of one key count as two entries',
    file: 'shared/offline-list/entry-table.ts',
    find: '    if (key === previous) {',
    replace: '    if (word === previous) {',
    tests: ['test/unit/shared/offline-list/offline-list.test.ts'],
  },
  {
    what: 'a triplet of letters that no name has is taken',
    file: 'shared/codice-fiscale/triplet.ts',
    find: '  return next[two * 4 + third] !== DEAD_END;',
    replace: '  return next[one * 4 + third] !== DEAD_END;',
    tests: ['test/unit/shared/codice-fiscale/parse.test.ts'],
  },
  {
    what: 'an overloaded server says that you ask too often',
    file: 'shared/error-codes.ts',
    find: "  overloaded: { status: 503, words: 'login.problems' },",
    replace: "  overloaded: { status: 429, words: 'login.problems' },",
    tests: ['test/unit/server/http-status.test.ts'],
  },
  {
    what: 'plurals are those of two forms',
    file: 'shared/plural.ts',
    find: '  return forms[rule.select(count)] ?? forms.other;',
    replace: '  return count === 1 ? (forms.one ?? forms.other) : forms.other;',
    tests: ['test/unit/shared/plural.test.ts'],
  },
  {
    what: 'every language has English plurals',
    file: 'shared/plural.ts',
    find: '    rule = new Intl.PluralRules(infoOf(language).locale);',
    replace: "    rule = new Intl.PluralRules('en');",
    tests: ['test/unit/shared/plural.test.ts'],
  },
  {
    what: 'Slovene has no dual',
    file: 'shared/codice-fiscale/words/sl.ts',
    find: "    const word = plural('sl', numbers.length, { one: 'mesto', two: 'mesti', other: 'mesta' });",
    replace: "    const word = plural('sl', numbers.length, { one: 'mesto', other: 'mesta' });",
    tests: ['test/unit/shared/codice-fiscale/messages.test.ts'],
  },
  {
    what: 'a list may ask for four times the work that is allowed',
    file: 'shared/offline-list/list-file.ts',
    find: '    ({ cost, blockSize, parallelism }) => 128 * cost * blockSize * parallelism <= SCRYPT_BYTES_MAX,',
    replace:
      '    ({ cost, blockSize, parallelism }) => 128 * cost * blockSize <= SCRYPT_BYTES_MAX,',
    tests: ['test/unit/shared/offline-list/offline-list.test.ts'],
  },
  {
    what: 'a name keeps what turns its neighbours around',
    file: 'shared/isolated-text.ts',
    find: "  return text.replace(CONTROLS, '');",
    replace: '  return text;',
    tests: ['test/unit/shared/isolated-text.test.ts'],
  },
];
