/** Columns in the order of the first row's keys; the first to the left, numbers to the right. */
export function formatTable(rows: readonly Record<string, string>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const widthOf = (column: string) => Math.max(column.length, ...rows.map(row => row[column]?.length ?? 0));
  const line = (cells: Record<string, string>) =>
    columns
      .map((column, index) => {
        const cell = cells[column] ?? '';
        return index === 0 ? cell.padEnd(widthOf(column)) : cell.padStart(widthOf(column));
      })
      .join('  ');
  return [line(Object.fromEntries(columns.map(column => [column, column]))), ...rows.map(line)].join('\n');
}
