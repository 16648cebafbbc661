import type { ListFilter } from '@vigie/client';
import { ALERT_COLUMNS, alertRow } from '../alert-rows.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { LIST_FILTERS, listFilter } from '../filter-options.ts';
import { LIMIT, printList } from '../print-list.ts';
import { WrongUsageError } from '../wrong-usage-error.ts';

const ORDERS: readonly string[] = ['timestamp', '-timestamp', 'received', '-received'];

export const list: Command = {
  name: 'list',
  summary: 'lists alerts, the latest first',
  options: [
    ...LIST_FILTERS,
    { name: 'order', value: 'FIELD', choices: ORDERS, help: 'by this field; with a minus the latest first' },
    LIMIT,
  ],
  onlyReads: true,
  async run({ client, values, output }) {
    const filter = { ...listFilter(values), orderBy: orderOf(values.text('order')) } as ListFilter;
    const options = { columns: ALERT_COLUMNS, row: alertRow, values, output };
    await printList(pageSize => client.list(filter, { pageSize }), options);
    return EXIT.done;
  },
};

function orderOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (!ORDERS.includes(text)) throw new WrongUsageError(`--order ${text}: there are ${ORDERS.join(', ')}`);
  const field = text.endsWith('timestamp') ? 'timestamp' : 'received_at';
  return text.startsWith('-') ? `${field} desc` : field;
}
