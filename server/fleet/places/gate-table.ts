import { parse } from 'csv-parse/sync';
import { VarcoError } from '../../../shared/errors.ts';
import { GATES_AT_ONCE_MAX, gateSchema, type NewGate } from './gates.ts';

/** The largest file, in characters. */
const TEXT_MAX = 1_000_000;
const columns = ['site', 'gate', 'title', 'policy', 'place', 'tags', 'note', 'x', 'y'];
const needed = ['site', 'gate', 'title', 'policy'];

/**
 * Reads gates from CSV with a line of names: `site,gate,title,policy` and perhaps
 * `place,tags,note,x,y`; tags stand with spaces between them. A comma or a semicolon separates, as
 * spreadsheets write it.
 *
 * @throws VarcoError `gatesUnreadable` with every problem and its line.
 */
export function readGateTable(text: string): NewGate[] {
  if (text.length > TEXT_MAX) {
    throw unreadable([`The file is longer than ${TEXT_MAX} characters`]);
  }
  const rows = records(text);
  const names = Object.keys(rows[0] ?? {});
  const missing = needed.filter((name) => !names.includes(name));
  const unknown = names.filter((name) => !columns.includes(name));
  if (rows.length === 0 || missing.length > 0 || unknown.length > 0) {
    throw unreadable([
      ...(rows.length === 0 ? ['There is no row'] : []),
      ...missing.map((name) => `The column ${name} is missing`),
      ...unknown.map((name) => `There is no column ${name}; known are ${columns.join(', ')}`),
    ]);
  }
  const problems: string[] = [];
  const seen = new Set<string>();
  const gates = rows.map((row, index) => {
    const line = index + 2;
    const gate = toGate(row);
    const parsed = gateSchema.safeParse(gate);
    for (const { path, message } of parsed.error?.issues ?? []) {
      const field = path[0] === 'id' ? 'gate' : path.join('.');
      problems.push(`Line ${line}, ${field}: ${message}`);
    }
    if (seen.has(gate.id)) {
      problems.push(`Line ${line}, gate: ${gate.id} stands in the file twice`);
    }
    seen.add(gate.id);
    return gate;
  });
  if (problems.length > 0) {
    throw unreadable(problems);
  }
  return gates;
}

function records(text: string): Record<string, string>[] {
  try {
    return parse(text, {
      bom: true,
      columns: (names: string[]) => names.map((name) => name.trim().toLowerCase()),
      delimiter: [',', ';'],
      skip_empty_lines: true,
      trim: true,
      to: GATES_AT_ONCE_MAX + 1,
    });
  } catch (error) {
    throw unreadable([error instanceof Error ? error.message : 'The file is not CSV']);
  }
}

function toGate(row: Record<string, string>): NewGate {
  const coordinate = (text = '') => (text === '' ? undefined : Number(text.replace(',', '.')));
  const x = coordinate(row.x);
  const y = coordinate(row.y);
  return {
    id: row.gate ?? '',
    site: row.site ?? '',
    title: row.title ?? '',
    policy: row.policy ?? '',
    place: row.place ?? '',
    note: row.note ?? '',
    tags: (row.tags ?? '').split(/\s+/).filter((tag) => tag !== ''),
    x,
    y,
  };
}

function unreadable(problems: readonly string[]): VarcoError {
  return new VarcoError('gatesUnreadable', problems.slice(0, 50).join('\n'));
}
