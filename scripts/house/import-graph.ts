import { posix } from 'node:path';
import { parseSync } from 'oxc-parser';
import type { SourceFile } from './source-files.ts';

/** Who imports whom: files, or rooms. Type imports count like all others. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** What a file names of ours that is only started, not imported: a worker's file. */
const STARTED = /new URL\(\s*'(\.[^']+\.tsx?)',\s*import\.meta\.url/g;
/** `import('…')` as an expression and as a type alike. */
const IMPORT_CALL = /\bimport\(\s*'([^']+)'\s*\)/g;

/** The specifiers that a file imports, re-exports, imports as a type, or starts as a worker. */
export function specifiersOf({ path, text }: SourceFile): string[] {
  const { module } = parseSync(path, text);
  const exported = module.staticExports.flatMap(({ entries }) =>
    entries.flatMap(({ moduleRequest }) => (moduleRequest ? [moduleRequest.value] : [])),
  );
  return [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...exported,
    ...[...text.matchAll(IMPORT_CALL), ...text.matchAll(STARTED)].map(([, name = '']) => name),
  ];
}

/** The files of ours that each file imports. */
export function fileGraph(files: readonly SourceFile[]): Graph {
  const paths = new Set(files.map(({ path }) => path));
  return new Map(
    files.map((file) => {
      const targets = specifiersOf(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => posix.join(posix.dirname(file.path), name))
        .filter((path) => paths.has(path) && path !== file.path);
      return [file.path, new Set(targets)];
    }),
  );
}

/** Folders that are a shelf in their room, not a room of their own. */
const shelves = new Set(['words', 'migrations', 'tables']);

/**
 * The room a file stands in: its folder. A file directly in a top folder (`server/app.ts`) is a room by
 * itself, since such files stand at the door and import what is behind it, or are imported by all.
 */
export function roomOf(path: string): string {
  const folders = path.split('/').slice(0, -1);
  while (folders.length > 2 && shelves.has(folders.at(-1) ?? '')) {
    folders.pop();
  }
  return folders.length > 1 ? folders.join('/') : path;
}

/** The same graph seen from further away: `placeOf` says where each file belongs. */
export function foldedGraph(graph: Graph, placeOf: (path: string) => string | undefined): Graph {
  const folded = new Map<string, Set<string>>();
  for (const [path, targets] of graph) {
    const from = placeOf(path);
    if (from === undefined) {
      continue;
    }
    const seen = folded.get(from) ?? new Set();
    folded.set(from, seen);
    for (const target of targets) {
      const to = placeOf(target);
      if (to !== undefined && to !== from) {
        seen.add(to);
      }
    }
  }
  return folded;
}

/** Groups of two or more that reach each other, each sorted; Tarjan's algorithm (1972). */
export function circlesOf(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): number => {
    const own = index.size;
    let lowest = own;
    index.set(node, own);
    low.set(node, own);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) {
        lowest = Math.min(lowest, visit(next));
      } else if (stack.includes(next)) {
        lowest = Math.min(lowest, index.get(next) ?? lowest);
      }
    }
    low.set(node, lowest);
    if (lowest === own) {
      const group = stack.splice(stack.indexOf(node));
      if (group.length > 1) {
        circles.push(group.sort());
      }
    }
    return lowest;
  };
  for (const node of graph.keys()) {
    if (!index.has(node)) {
      visit(node);
    }
  }
  return circles;
}

/**
 * The graph without the arrows that follow from others: `a → c` goes where `a → b → c` stands. Only for
 * a graph without circles.
 */
export function reducedGraph(graph: Graph): Graph {
  const reached = new Map<string, Set<string>>();
  const reach = (node: string): Set<string> => {
    const known = reached.get(node);
    if (known) {
      return known;
    }
    const all = new Set<string>();
    reached.set(node, all);
    for (const next of graph.get(node) ?? []) {
      all.add(next);
      for (const further of reach(next)) {
        all.add(further);
      }
    }
    return all;
  };
  return new Map(
    [...graph].map(([node, targets]) => {
      const kept = [...targets].filter(
        (target) => ![...targets].some((other) => other !== target && reach(other).has(target)),
      );
      return [node, new Set(kept)];
    }),
  );
}
