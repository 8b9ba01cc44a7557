/** A seeded source of randomness: the same numbers for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to `bound` − 1. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * bound);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  oneOf<One>(list: ArrayLike<One>): One {
    const one = list[this.below(list.length)];
    if (one === undefined) {
      throw new RangeError('There is nothing to pick from');
    }
    return one;
  }
}

/** The random numbers of one input: any input is made again from its run's seed and its number. */
export function randomOf(seed: number, index: number): Random {
  return new Random(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35));
}

const BYTES = Uint8Array.from([0, 1, 9, 10, 13, 31, 32, 0x22, 0x2c, 0x7f, 0x80, 0xc0, 0xfe, 0xff]);
/** Repetition grows an input to this much, in bytes or UTF-16 units: above every bound of a parser. */
const LENGTH_MAX = 131_072;

/** A damaged copy of a sample, now and then an unharmed one. */
export function mutateBytes(random: Random, samples: readonly Uint8Array[]): Uint8Array {
  let bytes = random.oneOf(samples);
  if (random.once(48)) {
    return bytes;
  }
  for (let rounds = 1 + random.below(4); rounds > 0; rounds--) {
    bytes = damage(random, bytes, samples);
  }
  return bytes;
}

function damage(random: Random, bytes: Uint8Array, samples: readonly Uint8Array[]): Uint8Array {
  const at = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + random.below(random.once(4) ? bytes.length + 1 : 8));
  switch (random.below(9)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return joined(bytes.subarray(0, at), bytes.subarray(to));
    case 2:
      return joined(bytes.subarray(0, at), Uint8Array.of(random.oneOf(BYTES)), bytes.subarray(at));
    case 3: {
      const other = random.oneOf(samples);
      return joined(bytes.subarray(0, at), other.subarray(random.below(other.length + 1)));
    }
    case 4:
      return joined(
        bytes.subarray(0, to),
        repeated(random, bytes.subarray(at, to)),
        bytes.subarray(to),
      );
    default: {
      const copy = bytes.slice();
      for (let flips = 1 + random.below(8); flips > 0 && copy.length > 0; flips--) {
        const place = random.below(copy.length);
        copy[place] = random.once(2)
          ? (copy[place] ?? 0) ^ (1 << random.below(8))
          : random.once(3)
            ? random.oneOf(BYTES)
            : random.below(256);
      }
      return copy;
    }
  }
}

function repeated(random: Random, part: Uint8Array): Uint8Array {
  const timesMax = random.once(64) ? LENGTH_MAX : 2_048;
  const times = part.length === 0 ? 0 : 1 + random.below(Math.ceil(timesMax / part.length));
  const all = new Uint8Array(part.length * times);
  for (let index = 0; index < times; index++) {
    all.set(part, index * part.length);
  }
  return all;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** What parsers of text stumble over. */
const TOKENS = [
  '\0',
  '\r\n',
  '\t',
  ' ',
  '"',
  "'",
  '\\',
  '%',
  '%00',
  '%ff',
  '../',
  '{}',
  '[]',
  '[[[[',
  '{"',
  ']',
  ',',
  ':',
  '-',
  '-0',
  '1e999',
  '0x10',
  '9007199254740993',
  'NaN',
  'null',
  'true',
  '__proto__',
  'constructor',
  'İ',
  'ı',
  'ß',
  'ﬁ',
  'é',
  'e\u0301',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\ud800',
  '\udc00',
  '😀',
  '٣',
  '０',
];

/** A damaged copy of a text, now and then an unharmed one. */
export function mutateText(
  random: Random,
  samples: readonly string[],
  tokens: readonly string[] = [],
): string {
  let text = random.oneOf(samples);
  if (random.once(48)) {
    return text;
  }
  const words = [...TOKENS, ...tokens];
  for (let rounds = 1 + random.below(4); rounds > 0; rounds--) {
    text = garble(random, text, samples, words);
  }
  return text;
}

function garble(
  random: Random,
  text: string,
  samples: readonly string[],
  tokens: readonly string[],
): string {
  const at = random.below(text.length + 1);
  const to = Math.min(text.length, at + 1 + random.below(random.once(4) ? text.length + 1 : 4));
  const before = text.slice(0, at);
  const part = text.slice(at, to);
  const after = text.slice(to);
  switch (random.below(9)) {
    case 0:
      return before;
    case 1:
      return before + after;
    case 2:
      return before + random.oneOf(tokens) + part + after;
    case 3: {
      const other = random.oneOf(samples);
      return before + other.slice(random.below(other.length + 1));
    }
    case 4: {
      const timesMax = random.once(64) ? LENGTH_MAX : 512;
      const times = part === '' ? 0 : random.below(Math.ceil(timesMax / part.length));
      return before + part.repeat(times) + after;
    }
    case 5:
      return before + (random.once(2) ? part.toLowerCase() : part.toUpperCase()) + after;
    case 6:
      return before + String.fromCharCode(random.below(random.once(2) ? 128 : 65_536)) + after;
    default: {
      const code = text.charCodeAt(at) ^ (1 << random.below(7));
      return before + String.fromCharCode(code) + text.slice(at + 1);
    }
  }
}

/** What a field may hold instead of what it should. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 31,
  Number.NaN,
  '',
  ' ',
  '\0',
  '0',
  '-1',
  'null',
  '\ud800',
  '\u202e',
  'x'.repeat(65),
  'x'.repeat(5_000),
  [],
  {},
  [[]],
  [null],
  { length: 1 },
  { name: 1 },
];
const NESTED_MAX = 2_000;

/** A copy of a value of JSON with something in it changed; the sample stays as it is. */
export function mutateJson(random: Random, samples: readonly unknown[]): unknown {
  let value = structuredClone(random.oneOf(samples));
  if (random.once(48)) {
    return value;
  }
  for (let rounds = 1 + random.below(3); rounds > 0; rounds--) {
    value = changed(random, value, samples);
  }
  return value;
}

function changed(random: Random, value: unknown, samples: readonly unknown[]): unknown {
  if (typeof value !== 'object' || value === null || random.once(8)) {
    return otherValue(random, value, samples);
  }
  const holder = value as Record<string, unknown>;
  const keys = Object.keys(holder);
  const key = keys.length > 0 ? random.oneOf(keys) : 'x';
  switch (random.below(8)) {
    case 0:
      if (Array.isArray(value)) {
        value.splice(random.below(value.length + 1), 1);
      } else {
        delete holder[key];
      }
      break;
    case 1:
      if (Array.isArray(value)) {
        value.splice(random.below(value.length + 1), 0, otherValue(random, undefined, samples));
      } else {
        const added = random.oneOf(['x', '', 'toString', 'length', `${key} `, key.toUpperCase()]);
        holder[added] = otherValue(random, undefined, samples);
      }
      break;
    case 2:
      if (Array.isArray(value)) {
        const one = value[random.below(value.length)];
        value.push(...Array.from({ length: random.below(100) }, () => one));
      } else {
        // An own key of that name, as JSON.parse makes it.
        Object.defineProperty(holder, '__proto__', {
          value: {},
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
      break;
    default:
      holder[key] = changed(random, holder[key], samples);
  }
  return value;
}

function otherValue(random: Random, value: unknown, samples: readonly unknown[]): unknown {
  if (typeof value === 'string' && random.once(2)) {
    return garble(random, value, [value], TOKENS);
  }
  if (typeof value === 'number' && random.once(2)) {
    return value + random.oneOf([-1, 1, 0.5, 1e9, -value, value]);
  }
  if (random.once(32)) {
    let nested: unknown = value;
    for (let depth = random.below(NESTED_MAX); depth > 0; depth--) {
      nested = random.once(2) ? [nested] : { not: nested };
    }
    return nested;
  }
  return structuredClone(random.once(6) ? random.oneOf(samples) : random.oneOf(VALUES));
}
