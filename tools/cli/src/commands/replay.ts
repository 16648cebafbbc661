import type { Command } from '../command.ts';
import { countedSteps } from '../counted-steps.ts';
import { EXIT } from '../exit-codes.ts';
import { CHANGE_FILTERS, changeFilter } from '../filter-options.ts';
import { noArgs } from '../only-arg.ts';

export const replay: Command = {
  name: 'replay',
  summary: 'has recorded alerts probed again; at least one filter is needed',
  options: CHANGE_FILTERS,
  onlyReads: false,
  async run({ client, values, args, output }) {
    noArgs(args);
    const filter = changeFilter(values);
    await countedSteps('replayed', output, async onProgress => ({
      replayed: await client.replay(filter, { onProgress }),
    }));
    return EXIT.done;
  },
};
