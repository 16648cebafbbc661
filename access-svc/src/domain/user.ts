import type { Role } from './role.ts';

export interface User {
  /** A UUID. */
  readonly id: string;
  /** As `normalEmail` makes it. */
  readonly email: string;
  readonly roles: readonly Role[];
  readonly createdAt: Date;
  /** When mail to the address was seen to arrive. */
  readonly confirmedAt: Date | undefined;
  readonly disabledAt: Date | undefined;
  readonly lastLoginAt: Date | undefined;
}

/** What is undefined stays as it is. */
export interface UserChanges {
  readonly roles: readonly Role[] | undefined;
  readonly isDisabled: boolean | undefined;
}

/** One person has one address, however it is spelled; servers that tell upper from lower case are not to be found. */
export function normalEmail(email: string): string {
  return email.toLowerCase();
}
