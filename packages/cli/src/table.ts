const gap = '  ';
const widest = 64;

/** Rows under their headings, each column as wide as its widest cell; what is too long is cut with an ellipsis. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [headings, ...rows].map((row) => row.map((cell) => cut(oneLine(cell))));
  const widths = headings.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ''))));
  return all.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
      .join(gap)
      .trimEnd(),
  );
}

/** A time of the wire in few characters: UTC, to the second. */
export function shortTime(time: string | null): string {
  return time === null ? '-' : `${time.slice(0, 10)} ${time.slice(11, 19)}Z`;
}

function cut(cell: string): string {
  const letters = [...cell];
  return letters.length > widest ? `${letters.slice(0, widest - 1).join('')}…` : cell;
}

/** A line break in a name must not look like a row of its own. */
function oneLine(cell: string): string {
  return cell === '' ? '-' : cell.replaceAll('\n', '\ufffd');
}

function widthOf(text: string): number {
  return [...text].length;
}
