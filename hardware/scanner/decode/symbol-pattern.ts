/** A symbol's function patterns: the modules that are known before it is read. */
export interface SymbolPattern {
  dimension: number;
  /** Row by row: 1 dark, 0 light, -1 not known (data, format and version information). */
  modules: Int8Array;
}

export const DIMENSION_MIN = 21;
export const DIMENSION_MAX = 177;

const patterns = new Map<number, SymbolPattern>();

/** The function patterns of a QR code (Model 2) of `dimension` modules (ISO/IEC 18004, 6.3). */
export function symbolPattern(dimension: number): SymbolPattern {
  const known = patterns.get(dimension);
  if (known) {
    return known;
  }
  const pattern = drawPattern(dimension);
  patterns.set(dimension, pattern);
  return pattern;
}

function drawPattern(dimension: number): SymbolPattern {
  const modules = new Int8Array(dimension * dimension).fill(-1);
  for (let index = 8; index < dimension - 8; index++) {
    const dark = index % 2 === 0 ? 1 : 0;
    modules[6 * dimension + index] = dark;
    modules[index * dimension + 6] = dark;
  }
  const centers = alignmentCenters(dimension);
  const last = dimension - 7;
  for (const row of centers) {
    for (const column of centers) {
      const onFinder =
        (row === 6 && column === 6) ||
        (row === 6 && column === last) ||
        (row === last && column === 6);
      if (!onFinder) {
        drawRings(modules, dimension, row, column, 2, [1, 0, 1]);
      }
    }
  }
  drawRings(modules, dimension, 3, 3, 4, [1, 1, 0, 1, 0]);
  drawRings(modules, dimension, 3, dimension - 4, 4, [1, 1, 0, 1, 0]);
  drawRings(modules, dimension, dimension - 4, 3, 4, [1, 1, 0, 1, 0]);
  return { dimension, modules };
}

/** Draws square rings around a module, each of one colour, from the centre outwards. */
function drawRings(
  modules: Int8Array,
  dimension: number,
  row: number,
  column: number,
  radius: number,
  colours: readonly number[],
): void {
  for (let y = row - radius; y <= row + radius; y++) {
    for (let x = column - radius; x <= column + radius; x++) {
      if (x >= 0 && y >= 0 && x < dimension && y < dimension) {
        const ring = Math.max(Math.abs(y - row), Math.abs(x - column));
        modules[y * dimension + x] = colours[ring] ?? -1;
      }
    }
  }
}

/** Rows (and columns) of the alignment patterns' centres (ISO/IEC 18004, annex E). */
export function alignmentCenters(dimension: number): number[] {
  const version = (dimension - 17) / 4;
  if (version === 1) {
    return [];
  }
  const count = Math.floor(version / 7) + 2;
  const step = version === 32 ? 26 : Math.ceil((dimension - 13) / (2 * (count - 1))) * 2;
  const centers = [6];
  for (let place = dimension - 7; centers.length < count; place -= step) {
    centers.splice(1, 0, place);
  }
  return centers;
}
