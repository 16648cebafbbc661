import { DEFAULT_TENANT } from '@vigie/access/tenants';
import type { ListPosition } from '../domain/list-position.ts';
import type { Tenant, TenantPlan } from '../domain/tenant.ts';
import {
  TenantExistsError,
  TenantNeededError,
  TenantNotFoundError,
  type TenantsWhat,
  UnusableTenantError,
} from '../domain/tenant-errors.ts';
import type { TenantStore } from '../ports/tenant-store.ts';
import { type Page, readPage } from './page.ts';

/**
 * @param createdBy `Identity.subject`
 * @throws TenantExistsError, DatabaseError
 */
export type CreateTenant = (plan: TenantPlan, createdBy: string) => Promise<Tenant>;

export function createCreateTenant(tenants: Pick<TenantStore, 'add'>): CreateTenant {
  return async (plan, createdBy) => {
    const tenant = await tenants.add({ ...plan, createdBy });
    if (tenant === undefined) throw new TenantExistsError(plan.id);
    return tenant;
  };
}

/** @throws TenantNotFoundError, DatabaseError */
export type GetTenant = (id: string) => Promise<Tenant>;

export function createGetTenant(tenants: Pick<TenantStore, 'get'>): GetTenant {
  return async id => requireFound(id, await tenants.get(id));
}

/** The latest first. @throws DatabaseError */
export type ListTenants = (pageSize: number, after: ListPosition | undefined) => Promise<Page<Tenant>>;

export function createListTenants(tenants: Pick<TenantStore, 'list'>): ListTenants {
  return (pageSize, after) =>
    readPage(
      pageSize,
      limit => tenants.list(limit, after),
      ({ createdAt, id }) => ({ time: createdAt, id }),
    );
}

/** @throws TenantNotFoundError, TenantNeededError, DatabaseError */
export type DisableTenant = (id: string) => Promise<Tenant>;

export function createDisableTenant(tenants: Pick<TenantStore, 'disable'>): DisableTenant {
  return async id => {
    if (id === DEFAULT_TENANT) throw new TenantNeededError(id);
    return requireFound(id, await tenants.disable(id));
  };
}

/** @throws TenantNotFoundError, DatabaseError */
export type EnableTenant = (id: string) => Promise<Tenant>;

export function createEnableTenant(tenants: Pick<TenantStore, 'enable'>): EnableTenant {
  return async id => requireFound(id, await tenants.enable(id));
}

/**
 * One that is disabled a moment later is refused where what it was given is used.
 *
 * @throws UnusableTenantError, DatabaseError
 */
export async function requireUsable(tenants: Pick<TenantStore, 'get'>, id: string, what: TenantsWhat): Promise<void> {
  const tenant = await tenants.get(id);
  if (tenant === undefined || tenant.disabledAt !== undefined) throw new UnusableTenantError(what);
}

function requireFound(id: string, found: Tenant | undefined): Tenant {
  if (found === undefined) throw new TenantNotFoundError(id);
  return found;
}
