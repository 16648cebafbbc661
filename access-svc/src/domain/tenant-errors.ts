import { ReasonedError } from '@vigie/service-kit/errors';

export class TenantNotFoundError extends ReasonedError<'TENANT_NOT_FOUND'> {
  override readonly name = 'TenantNotFoundError';
  readonly id: string;

  constructor(id: string) {
    super('TENANT_NOT_FOUND', `There is no tenant with the id ${id}.`);
    this.id = id;
  }
}

export class TenantExistsError extends ReasonedError<'TENANT_EXISTS'> {
  override readonly name = 'TenantExistsError';

  constructor(id: string) {
    super('TENANT_EXISTS', `There is a tenant with the id ${id}: choose another one.`);
  }
}

/** Nobody could enable it again. */
export class TenantNeededError extends ReasonedError<'TENANT_NEEDED'> {
  override readonly name = 'TenantNeededError';

  constructor(id: string) {
    super('TENANT_NEEDED', `The tenant ${id} has the admins of all others, and can't be disabled.`);
  }
}

/** Of what the tenant was to be. */
export type TenantsWhat = 'KEY' | 'USER' | 'MOVED_USER';

/** Nothing can be given to that tenant. The message is the rest of the sentence "FIELD ...". */
export class UnusableTenantError extends Error {
  override readonly name = 'UnusableTenantError';
  readonly what: TenantsWhat;

  constructor(what: TenantsWhat) {
    super('must be a tenant that is there and is not disabled');
    this.what = what;
  }
}
