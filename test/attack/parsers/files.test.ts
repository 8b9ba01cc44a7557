import { test } from 'vitest';
import { attackParser } from './attack-parser.ts';
import { targets } from './files-targets.ts';

test.each(Object.keys(targets))(
  '%s: neither crashes nor hangs on damaged input',
  async (name) => {
    await attackParser('files', name, targets);
  },
  600_000,
);
