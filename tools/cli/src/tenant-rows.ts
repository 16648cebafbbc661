import type { Tenant } from '@vigie/client';

export const TENANT_COLUMNS = ['ID', 'NAME', 'CREATED', 'STATE'];

export function tenantRow(tenant: Tenant): readonly string[] {
  return [tenant.id, tenant.displayName, tenant.createdAt ?? '', stateOf(tenant)];
}

/** A tenant with all that is known, a field a line. */
export function tenantFields(tenant: Tenant): readonly (readonly string[])[] {
  const { id, displayName, createdAt, disabledAt } = tenant;
  const fields: Record<string, string | undefined> = {
    ...{ id, name: displayName, state: stateOf(tenant) },
    ...{ created: createdAt, disabled: disabledAt },
  };
  return Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [[field, value]]));
}

function stateOf({ disabledAt }: Tenant): string {
  return disabledAt === undefined ? 'active' : 'disabled';
}
