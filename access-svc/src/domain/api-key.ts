import type { ReadApiKey, Scope } from '@vigie/access';

/** What is known of a key; the key itself is nowhere. */
export interface ApiKey {
  readonly id: string;
  /** `Tenant.id` */
  readonly tenant: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Empty for all of them. */
  readonly stores: readonly string[];
  readonly createdAt: Date;
  /** From when on it is refused. */
  readonly expiresAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  /** Up to a minute ago. */
  readonly lastUsedAt: Date | undefined;
  readonly rotatedAt: Date | undefined;
  /** Until when the key before the last rotation is taken too; undefined if it isn't any more. */
  readonly previousKeyUntil: Date | undefined;
}

/** What whoever makes a key decides of it. */
export type ApiKeyPlan = Pick<ApiKey, 'name' | 'scopes' | 'stores' | 'expiresAt'>;

/** A key that is to be kept: by its hash. */
export interface NewApiKey extends ApiKeyPlan, ReadApiKey {
  /** `Identity.subject` of who made it. */
  readonly createdBy: string;
}
