/** Blocks at most this large are not cut further. */
const LEAF = 32;

/**
 * An order of elimination for a grid of nx × ny cells whose neighbours are at most one row and one
 * column away: halves first, then the line of cells that parts them, and so down to small blocks.
 * Cells (index x + nx·y) that are not `active` are left out. Fill is of order n·ln n and work of
 * order n^1.5 for n cells, against n^1.5 and n² for a band.
 *
 * Source: George, SIAM J. Numer. Anal. 10 (1973).
 */
export function nestedDissection(
  nx: number,
  ny: number,
  active: (cell: number) => boolean,
): Int32Array[] {
  const blocks: Int32Array[] = [];
  const add = (x0: number, x1: number, y0: number, y1: number) => {
    const cells: number[] = [];
    for (let y = y0; y < y1; y++)
      for (let x = x0; x < x1; x++) if (active(x + nx * y)) cells.push(x + nx * y);
    if (cells.length > 0) blocks.push(Int32Array.from(cells));
  };
  const cut = (x0: number, x1: number, y0: number, y1: number): void => {
    const width = x1 - x0;
    const height = y1 - y0;
    if (width * height <= LEAF || Math.max(width, height) < 3) return add(x0, x1, y0, y1);
    if (width >= height) {
      const middle = (x0 + x1) >> 1;
      cut(x0, middle, y0, y1);
      cut(middle + 1, x1, y0, y1);
      add(middle, middle + 1, y0, y1);
    } else {
      const middle = (y0 + y1) >> 1;
      cut(x0, x1, y0, middle);
      cut(x0, x1, middle + 1, y1);
      add(x0, x1, middle, middle + 1);
    }
  };
  cut(0, nx, 0, ny);
  return blocks;
}
