import { type IssuedApiKey, SCOPES } from '@vigie/client';
import { type Action, commandOfActions } from '../action.ts';
import type { Option } from '../command.ts';
import { KEY_COLUMNS, keyFields, keyRow } from '../key-rows.ts';
import { noArgs, onlyArg } from '../only-arg.ts';
import type { Output } from '../output.ts';
import { LIMIT, printList } from '../print-list.ts';
import { WrongUsageError } from '../wrong-usage-error.ts';

const TENANT: Option = {
  name: 'tenant',
  value: 'ID',
  help: 'of this tenant; your own if absent, and only admins of the tenant default may name another one',
};

const list: Action = {
  options: [LIMIT, TENANT],
  async run({ client, values, args, output }) {
    noArgs(args);
    const options = { columns: KEY_COLUMNS, row: keyRow, values, output };
    await printList(pageSize => client.listApiKeys({ pageSize, tenant: values.text('tenant') }), options);
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
    TENANT,
  ],
  async run({ client, values, args, output }) {
    const name = onlyArg(args, 'NAME');
    const scopes = values.names('scope', SCOPES);
    if (scopes === undefined) throw new WrongUsageError(`a key needs at least one --scope: ${SCOPES.join(', ')}`);
    const expiresInMs = values.durationMs('expires-in');
    const expiresAt = expiresInMs === undefined ? undefined : new Date(Date.now() + expiresInMs);
    const [stores, tenant] = [values.texts('store'), values.text('tenant')];
    print(await client.createApiKey({ name, scopes, stores, expiresAt, tenant }), output);
  },
};

const get: Action = {
  options: [TENANT],
  async run({ client, values, args, output }) {
    const apiKey = await client.getApiKey(onlyArg(args, 'ID'), { tenant: values.text('tenant') });
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
    TENANT,
  ],
  async run({ client, values, args, output }) {
    const keepPreviousForMs = values.durationMs('keep-previous-for');
    const options = { keepPreviousForMs, tenant: values.text('tenant') };
    print(await client.rotateApiKey(onlyArg(args, 'ID'), options), output);
  },
};

const revoke: Action = {
  options: [TENANT],
  async run({ client, values, args, output }) {
    const apiKey = await client.revokeApiKey(onlyArg(args, 'ID'), { tenant: values.text('tenant') });
    if (output.json) output.value(apiKey);
    else output.rows([['revoked', apiKey.id]]);
  },
};

export const keys = commandOfActions({
  name: 'keys',
  summary: 'lists API keys, or makes, shows, rotates or revokes one',
  details:
    'vigie keys lists them; an ACTION is list, create NAME, get ID, rotate ID or revoke ID. All need the scope admin.\n' +
    'A key is shown once, when it is made or rotated: alone on stdout, and what is known of it on stderr, as in\n' +
    'export VIGIE_TOKEN=$(vigie keys create NAME --scope alerts:write)',
  actions: { list, create, get, rotate, revoke },
});

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
