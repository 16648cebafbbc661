import type { FetchSigningKeys, Scope } from '@vigie/access';
import type { UserName } from '../domain/user.ts';

export interface IssuedAccessToken {
  readonly text: string;
  readonly lifetimeSeconds: number;
}

/** Both methods throw DatabaseError if the keys can't be read now and trying again makes sense. */
export interface AccessTokens {
  issue(user: UserName, scopes: readonly Scope[]): Promise<IssuedAccessToken>;

  /** By which tokens are verified that haven't expired. */
  readonly fetchSigningKeys: FetchSigningKeys;
}
