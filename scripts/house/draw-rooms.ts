import { foldedGraph, type Graph, reducedGraph, roomOf } from './import-graph.ts';

/** A drawing of ARCHITECTURE.md: the rooms below one folder. */
interface Sheet {
  title: string;
  /** The folder whose rooms are drawn, with a slash; empty: the whole house. */
  of: string;
  /** How many folders of a path name a room on this sheet. */
  depth: number;
}

const sheets: readonly Sheet[] = [
  { title: 'The house', of: '', depth: 1 },
  { title: 'The kiosk (`device/`)', of: 'device/', depth: 3 },
  { title: 'Its drivers (`hardware/`)', of: 'hardware/', depth: 3 },
  { title: 'The service (`server/`)', of: 'server/', depth: 2 },
  { title: 'The fleet (`server/fleet/`)', of: 'server/fleet/', depth: 3 },
  { title: 'The pages (`server/web/`)', of: 'server/web/', depth: 3 },
];

/** Between these two lines of ARCHITECTURE.md stands what {@link drawRooms} makes. */
export const marks = {
  begin: '<!-- rooms: made by `npm run house -- --write` -->',
  end: '<!-- end of rooms -->',
} as const;

/** The drawings as Markdown with Mermaid, from the real imports. */
export function drawRooms(graph: Graph): string {
  return sheets.map((sheet) => `### ${sheet.title}\n\n${drawSheet(graph, sheet)}`).join('\n\n');
}

function drawSheet(graph: Graph, { of, depth }: Sheet): string {
  const rooms = foldedGraph(graph, (path) => {
    const room = roomOf(path);
    // Files that stand in the folder itself are drawn together as its door.
    return path.startsWith(of) ? placeAt(room, of, depth) : undefined;
  });
  const reduced = reducedGraph(rooms);
  const nodes = [...reduced].sort(([one], [other]) => (one < other ? -1 : 1));
  const lines = nodes.map(([name]) => `  ${idOf(name)}["${isFile(name) ? name : `${name}/`}"]`);
  const arrows = nodes.flatMap(([from, targets]) =>
    [...targets].sort().map((to) => `  ${idOf(from)} --> ${idOf(to)}`),
  );
  return ['```mermaid', 'flowchart TD', ...lines, ...arrows, '```'].join('\n');
}

/** A room's name on a sheet: as many folders as the sheet shows, without the sheet's own. */
function placeAt(room: string, of: string, depth: number): string {
  const shown = room.split('/').slice(0, depth).join('/');
  return shown.slice(of.length) || shown;
}

const isFile = (name: string) => /\.tsx?$/.test(name);

function idOf(name: string): string {
  return `r_${name.replaceAll(/[^a-z0-9]/gi, '_')}`;
}

/** The paper with the drawings in their place. @throws Error when the marks are not in it. */
export function withDrawings(paper: string, drawings: string): string {
  const from = paper.indexOf(marks.begin);
  const to = paper.indexOf(marks.end);
  if (from < 0 || to < from) {
    throw new Error(`ARCHITECTURE.md lacks the line ${marks.begin} or ${marks.end}`);
  }
  return `${paper.slice(0, from + marks.begin.length)}\n\n${drawings}\n\n${paper.slice(to)}`;
}
