import { parseSync } from 'oxc-parser';
import type { SourceFile } from './source-files.ts';

/** How long a file and a function may be, in lines; usually they are much shorter. */
export const FILE_LINES_MAX = 350;
export const FUNCTION_LINES_MAX = 80;

/** Catalogues are as long as there is to say. */
const isCatalogue = (path: string) => /\/words\/[^/]+\.ts$/.test(path);

export interface Long {
  /** A path, and for a function its first line: `server/app.ts:120`. */
  where: string;
  lines: number;
}

export function longFiles(files: readonly SourceFile[]): Long[] {
  return files
    .filter(({ path }) => !isCatalogue(path))
    .map(({ path, text }) => ({ where: path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > FILE_LINES_MAX);
}

export function longFunctions(files: readonly SourceFile[]): Long[] {
  return files.flatMap((file) =>
    functionsOf(file).filter(({ lines }) => lines > FUNCTION_LINES_MAX),
  );
}

interface Node {
  type: string;
  start: number;
  end: number;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

function functionsOf({ path, text }: SourceFile): Long[] {
  const found: Long[] = [];
  const lineAt = lineCounter(text);
  walk(parseSync(path, text).program, (node) => {
    if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) {
      const first = lineAt(node.start);
      found.push({ where: `${path}:${first}`, lines: lineAt(node.end) - first + 1 });
    }
  });
  return found;
}

/** How types are asserted and fields are spread only sometimes: each a place where the types say too little. */
export interface Looseness {
  /** `x as T`, but not `as const`. */
  casts: number;
  /** `...(x ? { y } : {})` and `...(x && { y })`. */
  conditionalSpreads: number;
}

export function loosenessOf(files: readonly SourceFile[]): Looseness {
  const counts: Looseness = { casts: 0, conditionalSpreads: 0 };
  for (const { path, text } of files) {
    walk(parseSync(path, text).program, (node) => {
      if (
        node.type === 'TSAsExpression' &&
        !text.slice(node.start, node.end).endsWith('as const')
      ) {
        counts.casts += 1;
      }
      if (node.type === 'SpreadElement' && isConditional(node)) {
        counts.conditionalSpreads += 1;
      }
    });
  }
  return counts;
}

function isConditional(spread: Node): boolean {
  let argument = 'argument' in spread ? spread.argument : undefined;
  while (isNode(argument) && argument.type === 'ParenthesizedExpression') {
    argument = 'expression' in argument ? argument.expression : undefined;
  }
  return (
    isNode(argument) &&
    (argument.type === 'ConditionalExpression' || argument.type === 'LogicalExpression')
  );
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const one of value) {
      walk(one, visit);
    }
    return;
  }
  if (typeof value !== 'object' || value === null) {
    return;
  }
  if (isNode(value)) {
    visit(value);
  }
  for (const child of Object.values(value)) {
    walk(child, visit);
  }
}

/** The line of an offset, counted from 1. */
function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    starts.push(at + 1);
  }
  return (offset) => starts.findLastIndex((start) => start <= offset) + 1;
}
