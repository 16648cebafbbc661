import { ReasonedError } from '@vigie/service-kit/errors';

export class ApiKeyNotFoundError extends ReasonedError<'KEY_NOT_FOUND'> {
  override readonly name = 'ApiKeyNotFoundError';
  readonly id: string;

  constructor(id: string) {
    super('KEY_NOT_FOUND', `There is no API key with the id ${id}.`);
    this.id = id;
  }
}

/** The key is of no use any more. */
export class ApiKeyOverError extends ReasonedError<'KEY_REVOKED' | 'KEY_EXPIRED'> {
  override readonly name = 'ApiKeyOverError';
}

/** A key can't be made like that. The message is the rest of the sentence "FIELD ...". */
export class InvalidApiKeyError extends Error {
  override readonly name = 'InvalidApiKeyError';
  readonly field: 'stores' | 'expiresAt';

  constructor(field: InvalidApiKeyError['field'], message: string) {
    super(message);
    this.field = field;
  }
}
