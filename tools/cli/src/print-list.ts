import type { Option } from './command.ts';
import type { Output } from './output.ts';
import type { Values } from './values.ts';

const DEFAULT_LIMIT = 50;
/** The largest page of quarantined alerts; rows are aligned by so many. */
const PAGE_SIZE = 100;

export const LIMIT: Option = { name: 'limit', value: 'N', help: `at most so many (${DEFAULT_LIMIT}); 0 for all` };

export interface ListForm<T> {
  readonly columns: readonly string[];
  readonly row: (item: T) => readonly string[];
  readonly values: Values;
  readonly output: Output;
}

/** Prints items as they are fetched, up to `--limit`, and notes if there are more. */
export async function printList<T>(
  open: (pageSize: number) => AsyncIterable<T>,
  { columns, row, values, output }: ListForm<T>,
): Promise<void> {
  const limit = values.count('limit') ?? DEFAULT_LIMIT;
  let rows = [columns];
  const flush = () => {
    if (!output.json) output.rows(rows);
    rows = [];
  };
  let count = 0;
  for await (const item of open(limit === 0 ? PAGE_SIZE : Math.min(PAGE_SIZE, limit + 1))) {
    if (count === limit && limit > 0) {
      output.note(`There are more: --limit ${limit * 10}, or 0 for all.`);
      break;
    }
    count += 1;
    if (output.json) output.value(item);
    else rows.push(row(item));
    if (rows.length === PAGE_SIZE) flush();
  }
  if (rows.length > 0) flush();
}
