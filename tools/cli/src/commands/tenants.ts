import type { Tenant } from '@vigie/client';
import { type Action, commandOfActions } from '../action.ts';
import type { CommandContext } from '../command.ts';
import { noArgs, onlyArg } from '../only-arg.ts';
import { LIMIT, printList } from '../print-list.ts';
import { TENANT_COLUMNS, tenantFields, tenantRow } from '../tenant-rows.ts';

const list: Action = {
  options: [LIMIT],
  async run({ client, values, args, output }) {
    noArgs(args);
    const options = { columns: TENANT_COLUMNS, row: tenantRow, values, output };
    await printList(pageSize => client.listTenants({ pageSize }), options);
  },
};

const create: Action = {
  options: [{ name: 'name', value: 'NAME', help: 'create: what people call it; its ID if absent' }],
  async run(context) {
    const { client, values, args } = context;
    const displayName = values.text('name');
    print(await client.createTenant({ id: onlyArg(args, 'ID'), displayName }), context);
  },
};

const get: Action = {
  options: [],
  run: async context => print(await context.client.getTenant(onlyArg(context.args, 'ID')), context),
};

const disable: Action = {
  options: [],
  run: async context => print(await context.client.disableTenant(onlyArg(context.args, 'ID')), context),
};

const enable: Action = {
  options: [],
  run: async context => print(await context.client.enableTenant(onlyArg(context.args, 'ID')), context),
};

export const tenants = commandOfActions({
  name: 'tenants',
  summary: 'lists tenants, or makes, shows, disables or enables one',
  details:
    'vigie tenants lists them; an ACTION is list, create ID, get ID, disable ID or enable ID. All need the scope admin,\n' +
    'of the tenant default; get ID also that of the tenant itself. A tenant that was made has its first key by\n' +
    'vigie keys create NAME --scope admin --tenant ID',
  actions: { list, create, get, disable, enable },
});

function print(tenant: Tenant, { output }: CommandContext): void {
  if (output.json) output.value(tenant);
  else output.rows(tenantFields(tenant));
}
