import type { Role } from './role.ts';

export interface User {
  /** A UUID. */
  readonly id: string;
  /** `Tenant.id` */
  readonly tenant: string;
  /** As `normalEmail` makes it. */
  readonly email: string;
  readonly roles: readonly Role[];
  readonly createdAt: Date;
  /** When mail to the address was seen to arrive. */
  readonly confirmedAt: Date | undefined;
  readonly disabledAt: Date | undefined;
  readonly lastLoginAt: Date | undefined;
}

/** A user by the address, which may be that of another one in another tenant. */
export type UserAddress = Pick<User, 'tenant' | 'email'>;

/** Who it is, for tokens and the audit log. */
export type UserName = Pick<User, 'id' | 'tenant'>;

/** What is undefined stays as it is. */
export interface UserChanges {
  readonly roles: readonly Role[] | undefined;
  readonly isDisabled: boolean | undefined;
}

/** What guesses at a password are counted by: an address may be a user's in several tenants, with several passwords. */
export function accountOf({ tenant, email }: UserAddress): string {
  return `${tenant}/${email}`;
}

/** One person has one address, however it is spelled; servers that tell upper from lower case are not to be found. */
export function normalEmail(email: string): string {
  return email.toLowerCase();
}
