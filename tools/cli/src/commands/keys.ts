import { type IssuedApiKey, SCOPES } from '@vigie/client';
import type { Command, CommandContext, Option } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { KEY_COLUMNS, keyFields, keyRow } from '../key-rows.ts';
import { onlyArg } from '../only-arg.ts';
import type { Output } from '../output.ts';
import { LIMIT, printList } from '../print-list.ts';
import { WrongUsageError } from '../wrong-usage-error.ts';

/** What is done with keys. */
interface Action {
  readonly options: readonly Option[];
  /** Throws WrongUsageError, VigieError. */
  readonly run: (context: CommandContext) => Promise<void>;
}

const list: Action = {
  options: [LIMIT],
  async run({ client, values, output }) {
    const options = { columns: KEY_COLUMNS, row: keyRow, values, output };
    await printList(pageSize => client.listApiKeys({ pageSize }), options);
  },
};

const create: Action = {
  options: [
    {
      name: 'scope',
      value: 'SCOPE',
      isRepeated: true,
      choices: SCOPES,
      help: 'create: what it may be used for; admin includes all others',
    },
    {
      name: 'store',
      value: 'NAME',
      isRepeated: true,
      help: 'create: only for alerts of this store, or of several; all if absent',
    },
    { name: 'expires-in', value: 'DURATION', help: 'create: how long it is good for: 12h, 90d; for ever if absent' },
  ],
  async run({ client, values, args, output }) {
    const name = onlyArg(args, 'NAME');
    const scopes = values.names('scope', SCOPES);
    if (scopes === undefined) throw new WrongUsageError(`a key needs at least one --scope: ${SCOPES.join(', ')}`);
    const expiresInMs = values.durationMs('expires-in');
    const expiresAt = expiresInMs === undefined ? undefined : new Date(Date.now() + expiresInMs);
    print(await client.createApiKey({ name, scopes, stores: values.texts('store'), expiresAt }), output);
  },
};

const get: Action = {
  options: [],
  async run({ client, args, output }) {
    const apiKey = await client.getApiKey(onlyArg(args, 'ID'));
    if (output.json) output.value(apiKey);
    else output.rows(keyFields(apiKey));
  },
};

const rotate: Action = {
  options: [
    {
      name: 'keep-previous-for',
      value: 'DURATION',
      help: 'rotate: for how long the key as it was is still taken: 1h, at most 30d; not at all if absent',
    },
  ],
  async run({ client, values, args, output }) {
    const keepPreviousForMs = values.durationMs('keep-previous-for');
    print(await client.rotateApiKey(onlyArg(args, 'ID'), { keepPreviousForMs }), output);
  },
};

const revoke: Action = {
  options: [],
  async run({ client, args, output }) {
    const apiKey = await client.revokeApiKey(onlyArg(args, 'ID'));
    if (output.json) output.value(apiKey);
    else output.rows([['revoked', apiKey.id]]);
  },
};

const ACTIONS = new Map(Object.entries({ create, get, rotate, revoke }));

export const keys: Command = {
  name: 'keys',
  args: '[ACTION]',
  argChoices: [...ACTIONS.keys()],
  summary: 'lists API keys, or makes, shows, rotates or revokes one',
  details:
    'vigie keys lists them; an ACTION is create NAME, get ID, rotate ID or revoke ID. All need the scope admin.\n' +
    'A key is shown once, when it is made or rotated: alone on stdout, and what is known of it on stderr, as in\n' +
    'export VIGIE_TOKEN=$(vigie keys create NAME --scope alerts:write)',
  options: [list, ...ACTIONS.values()].flatMap(({ options }) => options),
  onlyReads: false,
  async run(context) {
    const [name, ...args] = context.args;
    const action = name === undefined ? list : ACTIONS.get(name);
    if (action === undefined) {
      throw new WrongUsageError(`there is no keys ${name}, but ${[...ACTIONS.keys()].join(', ')}`);
    }
    const strange = keys.options.find(option => context.values.has(option.name) && !action.options.includes(option));
    if (strange !== undefined) throw new WrongUsageError(`--${strange.name} is not for keys ${name ?? 'alone'}`);
    await action.run({ ...context, args });
    return EXIT.done;
  },
};

/** Nothing but the key to stdout, for `$(vigie keys create ...)`. */
function print(issued: IssuedApiKey, output: Output): void {
  if (output.json) {
    output.value(issued);
    return;
  }
  output.rows([[issued.key]]);
  for (const [field, value] of keyFields(issued.apiKey)) output.note(`${field}: ${value}`);
  output.note('The key is shown this once.');
}
