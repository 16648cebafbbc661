import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { SUMMARY_FILTERS, summaryFilter } from '../filter-options.ts';
import { noArgs } from '../only-arg.ts';

export const summary: Command = {
  name: 'summary',
  summary: 'counts alerts by status, store and reason',
  options: SUMMARY_FILTERS,
  onlyReads: true,
  async run({ client, values, args, output }) {
    noArgs(args);
    const counts = await client.summarize(summaryFilter(values));
    if (output.json) {
      output.value(counts);
      return EXIT.done;
    }
    const { alerts, stores, byStatus, byStore, byFailureCode } = counts;
    output.rows([
      ['BY', '', 'ALERTS'],
      ['all', `${stores} stores`, String(alerts)],
      ...byStatus.map(each => ['status', each.status, String(each.alerts)]),
      ...byFailureCode.map(each => ['reason', each.failureCode, String(each.alerts)]),
      ...byStore.map(each => ['store', each.store, String(each.alerts)]),
    ]);
    return EXIT.done;
  },
};
