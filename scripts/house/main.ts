/**
 * `npm run house`: the structure of our own code, computed from its imports. Prints rooms, circles,
 * breaches of walls and what is too long; `--write` draws the rooms into ARCHITECTURE.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawRooms, withDrawings } from './draw-rooms.ts';
import { longFiles, longFunctions, loosenessOf } from './file-sizes.ts';
import { circlesOf, fileGraph, foldedGraph, roomOf } from './import-graph.ts';
import { privateWordsIn } from './plain-words.ts';
import { sourceFiles } from './source-files.ts';
import { breachesOf } from './walls.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const files = sourceFiles(root);
const graph = fileGraph(files);
const rooms = foldedGraph(graph, roomOf);

if (process.argv.includes('--write')) {
  const paper = `${root}ARCHITECTURE.md`;
  writeFileSync(paper, withDrawings(readFileSync(paper, 'utf8'), drawRooms(graph)));
}
const { casts, conditionalSpreads } = loosenessOf(files);
const lines = [
  `${files.length} files in ${rooms.size} rooms`,
  ...circlesOf(graph).map((circle) => `circle of files: ${circle.join(' ')}`),
  ...circlesOf(rooms).map((circle) => `circle of rooms: ${circle.join(' ')}`),
  ...breachesOf(files).map(({ from, to, why }) => `wall: ${from} imports ${to} (${why})`),
  ...longFiles(files).map(({ where, lines: count }) => `long file: ${where} (${count})`),
  ...longFunctions(files).map(({ where, lines: count }) => `long function: ${where} (${count})`),
  ...privateWordsIn(files).map(({ where, word, say }) => `private word: ${where} ${word} (${say})`),
  `${casts} casts, ${conditionalSpreads} conditional spreads`,
];
process.stdout.write(`${lines.join('\n')}\n`);
