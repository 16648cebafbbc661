import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Tenant } from '../../domain/tenant.ts';

/** What is read of the table `access.tenants`. */
export const TenantRow = defineEntity({
  name: 'TenantRow',
  tableName: 'tenants',
  schema: 'access',
  properties: {
    id: p.text().primary(),
    displayName: p.text(),
    createdAt: p.datetime(3),
    disabledAt: p.datetime(3).nullable(),
  },
});

type TenantRow = InferEntity<typeof TenantRow>;

export function toTenant({ id, displayName, createdAt, disabledAt }: TenantRow): Tenant {
  return { id, displayName, createdAt, disabledAt: disabledAt ?? undefined };
}

/** A condition of SQL on rows that have a tenant. */
export function isOfEnabledTenant(alias: string): string {
  return `exists (select from access.tenants where id = ${alias}.tenant and tenants.disabled_at is null)`;
}
