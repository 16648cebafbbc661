import { ReasonedError } from '@vigie/service-kit/errors';

export class UserNotFoundError extends ReasonedError<'USER_NOT_FOUND'> {
  override readonly name = 'UserNotFoundError';
  readonly id: string;

  constructor(id: string) {
    super('USER_NOT_FOUND', `There is no user with the id ${id}.`);
    this.id = id;
  }
}

export class EmailTakenError extends ReasonedError<'EMAIL_TAKEN'> {
  override readonly name = 'EmailTakenError';

  constructor() {
    super('EMAIL_TAKEN', 'The e-mail address is that of another user.');
  }
}

export type PasswordField = 'password' | 'newPassword';

/** Nobody should take that password. The message is the rest of the sentence "FIELD ...". */
export class InvalidPasswordError extends Error {
  override readonly name = 'InvalidPasswordError';
  readonly field: PasswordField;

  constructor(field: PasswordField, message: string) {
    super(message);
    this.field = field;
  }
}

/** Whoever calls is not who it says, as far as can be seen. */
export class LoginError extends ReasonedError<'LOGIN_FAILED' | 'REFRESH_TOKEN_INVALID'> {
  override readonly name = 'LoginError';
}

/** It can't be done as things are. */
export class UserRefusedError extends ReasonedError<
  'REGISTRATION_OFF' | 'TOKEN_INVALID' | 'EMAIL_NOT_CONFIRMED' | 'USER_DISABLED' | 'TENANT_DISABLED' | 'PASSWORD_WRONG'
> {
  override readonly name = 'UserRefusedError';
}

export class TooManyAttemptsError extends ReasonedError<'TOO_MANY_ATTEMPTS'> {
  override readonly name = 'TooManyAttemptsError';
  readonly retryDelayMs: number;

  constructor(retryDelayMs: number) {
    super('TOO_MANY_ATTEMPTS', 'Too many attempts for this e-mail address; try again later.');
    this.retryDelayMs = retryDelayMs;
  }
}
