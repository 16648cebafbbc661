import type { Command } from '../command.ts';
import { countedSteps } from '../counted-steps.ts';
import { EXIT } from '../exit-codes.ts';
import { CHANGE_FILTERS, changeFilter } from '../filter-options.ts';
import { noArgs } from '../only-arg.ts';
import { WrongUsageError } from '../wrong-usage-error.ts';

/** `delete` is a keyword. */
export const deleteCommand: Command = {
  name: 'delete',
  args: 'UID...',
  summary: 'deletes alerts that have their outcome; their uids stay taken',
  options: [],
  onlyReads: false,
  async run({ client, args, output }) {
    if (args.length === 0) throw new WrongUsageError('give the UID of each alert to delete');
    await countedSteps('deleted', output, async onProgress => {
      for (const [index, uid] of args.entries()) {
        await client.delete(uid);
        onProgress(index + 1);
      }
      return { deleted: args.length };
    });
    return EXIT.done;
  },
};

export const purge: Command = {
  name: 'purge',
  summary: 'deletes all alerts that match; at least one filter is needed',
  details: 'It ends with 1 if alerts were kept, as they have no outcome yet.',
  options: [...CHANGE_FILTERS, { name: 'yes', help: 'says that this is meant: nothing brings them back' }],
  onlyReads: false,
  async run({ client, values, args, output }) {
    noArgs(args);
    const filter = changeFilter(values);
    if (!values.flag('yes')) throw new WrongUsageError('this deletes all alerts that match: add --yes');
    const { kept } = await countedSteps('deleted', output, async onProgress => ({
      ...(await client.purge(filter, { onProgress })),
    }));
    return kept > 0 ? EXIT.failed : EXIT.done;
  },
};
