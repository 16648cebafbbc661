import { isRemembered } from '../idempotency/idempotency.ts';
import { KEY_PATTERN } from '../idempotency/idempotency-key.ts';
import type { HttpBinding } from '../transcoder/http-binding.ts';
import type { Schema } from './json-schema.ts';

/** The components that `idempotencyParameters` refers to. */
export const PARAMETERS: Schema = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    description:
      'Names this request among all of its client: one that is sent again with the same key is not carried out again, ' +
      'but answered as the first was, for a day. A random UUID, for example; with or without quotes.',
    schema: { type: 'string', pattern: KEY_PATTERN, examples: ['"8e03978e-40d5-43dd-bc93-6894a57f9324"'] },
  },
};

export function idempotencyParameters(binding: HttpBinding): Schema[] {
  return takesKey(binding) ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : [];
}

export function takesKey({ httpMethod, method }: HttpBinding): boolean {
  return httpMethod === 'POST' && isRemembered(method);
}
