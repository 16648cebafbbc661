import { invalidArgument } from './rpc-error.ts';

/** A token that callers keep and hand back but don't read: JSON in base64url. */
export function encodeToken(content: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** @throws ConnectError INVALID_ARGUMENT naming `field` if `parse` finds that it isn't one of ours */
export function decodeToken<T>(field: string, token: string, parse: (content: readonly unknown[]) => T | undefined): T {
  const content = tryParse(token);
  const parsed = Array.isArray(content) ? parse(content) : undefined;
  if (parsed !== undefined) return parsed;
  throw invalidArgument([{ field, description: 'must be a token that an earlier response held, unchanged' }]);
}

function tryParse(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    return undefined;
  }
}
