import type { ListPosition } from '../domain/list-position.ts';
import type { NewTenant, Tenant } from '../domain/tenant.ts';

/**
 * The tenants that were ever made, and the default one, which is there from the start.
 *
 * Every method throws DatabaseError if the store can't do it now and trying again makes sense.
 */
export interface TenantStore {
  /** @returns undefined, and nothing is kept, if there is one with this id */
  add(tenant: NewTenant): Promise<Tenant | undefined>;

  get(id: string): Promise<Tenant | undefined>;

  /** The latest first. @param after only tenants that come later in the list than this place */
  list(limit: number, after?: ListPosition): Promise<readonly Tenant[]>;

  /** Disables a tenant, unless it is disabled already. @returns undefined if there is no such tenant */
  disable(id: string): Promise<Tenant | undefined>;

  /** @returns undefined if there is no such tenant */
  enable(id: string): Promise<Tenant | undefined>;
}
