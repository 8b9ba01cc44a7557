import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

/**
 * How many requirements of levels 1 and 2 each section of OWASP ASVS 5.0.0 has, from its first on: those of
 * level 3 come last, or are sections of their own, in all but these.
 */
const sections: Readonly<Record<string, number>> = {
  ...{ '1.1': 2, '1.2': 9, '1.3': 11, '1.4': 3, '1.5': 2 },
  ...{ '2.1': 3, '2.2': 3, '2.3': 4, '2.4': 1 },
  ...{ '3.2': 2, '3.3': 4, '3.4': 6, '3.5': 5, '3.7': 2 },
  ...{ '4.1': 3, '4.2': 1, '4.3': 2, '4.4': 4 },
  ...{ '5.1': 1, '5.2': 3, '5.3': 2, '5.4': 3 },
  ...{ '6.1': 3, '6.2': 12, '6.3': 4, '6.4': 4, '6.5': 5, '6.6': 3, '6.8': 4 },
  ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 2, '7.6': 2 },
  ...{ '8.1': 2, '8.2': 3, '8.3': 1, '8.4': 1 },
  ...{ '9.1': 3, '9.2': 4 },
  ...{ '10.1': 2, '10.2': 2, '10.3': 4, '10.4': 11, '10.5': 5, '10.6': 2, '10.7': 3 },
  ...{ '11.1': 2, '11.2': 3, '11.3': 3, '11.4': 4, '11.5': 1, '11.6': 1 },
  ...{ '12.1': 3, '12.2': 2, '12.3': 4 },
  ...{ '13.1': 1, '13.2': 5, '13.3': 2, '13.4': 5 },
  ...{ '14.1': 2, '14.2': 4, '14.3': 3 },
  ...{ '15.1': 3, '15.2': 3, '15.3': 7 },
  ...{ '16.1': 1, '16.2': 5, '16.3': 4, '16.4': 3, '16.5': 3 },
  ...{ '17.1': 1, '17.2': 4, '17.3': 2 },
};
const required = Object.entries(sections).flatMap(([section, count]) =>
  Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
);

const [, chapter = ''] = read('SECURITY.md').split(/^## OWASP ASVS.*$/m);
const rows = [
  ...(chapter.split(/^## /m)[0] ?? '').matchAll(/^\| (\d[^|]*) \| ([^|]+) \| ([^|]+) \|$/gm),
].map(([, ids = '', answer = '', shown = '']) => ({ ids: idsOf(ids), answer, shown }));

/** `6.2.1, 10.4.1–10.4.3` names four. */
function idsOf(text: string): string[] {
  return text.split(', ').flatMap((part) => {
    const [from = '', to] = part.split('–');
    const [section, first] = [from.slice(0, from.lastIndexOf('.')), Number(from.split('.').at(-1))];
    const last = Number(to?.split('.').at(-1) ?? first);
    return Array.from({ length: last - first + 1 }, (_, index) => `${section}.${first + index}`);
  });
}

describe('the list of ASVS 5.0', () => {
  test('answers each requirement of levels 1 and 2 once, and no other', () => {
    const answered = rows.flatMap(({ ids }) => ids);
    expect(required.filter((id) => !answered.includes(id))).toEqual([]);
    expect(answered.toSorted()).toEqual(required.toSorted());
    expect(required).toHaveLength(253);
  });

  test('says plainly what is not met, and answers most by a test', () => {
    const kinds = rows.map(({ shown }) => (shown.includes('“') ? 'test' : shown));
    expect(kinds.filter((kind) => kind === 'test').length).toBeGreaterThan(100);
    expect(kinds.filter((kind) => kind === 'not met').length).toBeGreaterThan(0);
    const others = kinds.filter(
      (kind) => !/^(test|not met|–|by reading `[^`]+`|`[^`]+`)$/.test(kind),
    );
    expect(others).toEqual([]);
  });

  test.each(rows.map(({ ids, shown }) => [ids.join(', '), shown]))(
    '%s: %s is there',
    (_ids, shown) => {
      const [, path, title] = /`([^`]+)`(?: “([^”]+)”)?/.exec(shown) ?? [];
      expect(path === undefined || existsSync(`${root}${path}`)).toBe(true);
      if (path !== undefined && title !== undefined) {
        // Long titles are quoted with either mark in the source.
        expect(read(path).replaceAll("\\'", "'")).toContain(title);
      }
    },
  );
});
