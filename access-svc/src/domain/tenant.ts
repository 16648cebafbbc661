/** Whose alerts, API keys and users something is about. */
export interface Tenant {
  /** As `isTenantId` has it. */
  readonly id: string;
  readonly displayName: string;
  readonly createdAt: Date;
  /** Since when its keys and users are refused. */
  readonly disabledAt: Date | undefined;
}

/** What whoever makes a tenant decides of it. */
export type TenantPlan = Pick<Tenant, 'id' | 'displayName'>;

/** A tenant that is to be kept. */
export interface NewTenant extends TenantPlan {
  /** `Identity.subject` of who made it. */
  readonly createdBy: string;
}
