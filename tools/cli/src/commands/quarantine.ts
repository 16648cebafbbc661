import {
  FAILURE_CODES,
  type FailureCode,
  QUARANTINE_STATES,
  type QuarantineFilter,
  type QuarantineState,
  type ResolveFilter,
} from '@vigie/client';
import { QUARANTINE_COLUMNS, quarantineRow } from '../alert-rows.ts';
import type { Command, Option } from '../command.ts';
import { countedSteps } from '../counted-steps.ts';
import { EXIT } from '../exit-codes.ts';
import { noArgs } from '../only-arg.ts';
import { LIMIT, printList } from '../print-list.ts';
import type { Values } from '../values.ts';
import { WrongUsageError } from '../wrong-usage-error.ts';

const FILTERS: readonly Option[] = [
  { name: 'uid', value: 'UID', help: 'of this alert' },
  { name: 'store', value: 'NAME', help: 'of this store' },
  { name: 'code', value: 'CODE', choices: FAILURE_CODES, help: 'quarantined for this reason' },
  { name: 'since', value: 'TIME', help: 'quarantined at this time or later' },
  { name: 'until', value: 'TIME', help: 'quarantined earlier than this' },
];
const ID: Option = { name: 'id', value: 'ID', isRepeated: true, help: 'this one, or one of several' };

export const quarantine: Command = {
  name: 'quarantine',
  summary: 'lists what is in quarantine, the latest first',
  options: [
    ...FILTERS,
    { name: 'state', value: 'STATE', choices: QUARANTINE_STATES, help: 'in this state (HELD)' },
    LIMIT,
  ],
  onlyReads: true,
  async run({ client, values, args, output }) {
    noArgs(args);
    const state = nameOf<QuarantineState>(values, 'state', QUARANTINE_STATES);
    const filter: QuarantineFilter = { ...filterOf(values), state };
    const options = { columns: QUARANTINE_COLUMNS, row: quarantineRow, values, output };
    await printList(pageSize => client.quarantined(filter, { pageSize }), options);
    return EXIT.done;
  },
};

export const redrive: Command = {
  name: 'redrive',
  summary: 'publishes what is held in quarantine again; at least one filter is needed',
  options: [ID, ...FILTERS],
  onlyReads: false,
  async run({ client, values, args, output }) {
    noArgs(args);
    const filter = resolveFilter(values);
    await countedSteps('redriven', output, async onProgress => ({
      redriven: await client.redrive(filter, { onProgress }),
    }));
    return EXIT.done;
  },
};

export const discard: Command = {
  name: 'discard',
  summary: 'gives up what is held in quarantine; at least one filter is needed',
  options: [ID, ...FILTERS],
  onlyReads: false,
  async run({ client, values, args, output }) {
    noArgs(args);
    const filter = resolveFilter(values);
    await countedSteps('discarded', output, async onProgress => ({
      discarded: await client.discard(filter, { onProgress }),
    }));
    return EXIT.done;
  },
};

function resolveFilter(values: Values): ResolveFilter {
  return { ...filterOf(values), ids: values.texts('id') };
}

function filterOf(values: Values): Omit<ResolveFilter, 'ids'> {
  return {
    uid: values.text('uid'),
    store: values.text('store'),
    code: nameOf<FailureCode>(values, 'code', FAILURE_CODES),
    since: values.time('since'),
    until: values.time('until'),
  };
}

function nameOf<Name extends string>(values: Values, option: string, choices: readonly Name[]): Name | undefined {
  const name = values.text(option)?.toUpperCase() as Name | undefined;
  if (name === undefined || choices.includes(name)) return name;
  throw new WrongUsageError(`--${option} ${name}: there are ${choices.join(', ')}`);
}
