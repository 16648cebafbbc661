import { accountOf } from '../domain/user.ts';
import type { Attempts } from '../ports/attempts.ts';
import type { PasswordHasher } from '../ports/password-hasher.ts';
import type { Login } from '../ports/user-store.ts';

export interface PasswordCheck {
  readonly passwords: Pick<PasswordHasher, 'verify'>;
  /** Failures to log in. */
  readonly failures: Attempts;
}

/**
 * Counts a failure before it is known whether it is one: many at once are no way round.
 *
 * @throws TooManyAttemptsError
 */
export async function isPasswordOf(
  { user, passwordHash }: Login,
  password: string,
  { passwords, failures }: PasswordCheck,
  signal: AbortSignal,
): Promise<boolean> {
  await failures.count(accountOf(user));
  const isRight = await passwords.verify(password, passwordHash, signal);
  if (isRight) await failures.forgive(accountOf(user));
  return isRight;
}
