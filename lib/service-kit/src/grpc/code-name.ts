import { Code } from '@connectrpc/connect';

/** `NotFound` -> `NOT_FOUND`; gRPC itself writes CANCELLED with two Ls. */
export function codeNameOf(code: Code): string {
  if (code === Code.Canceled) return 'CANCELLED';
  return (Code[code] ?? 'Unknown').replace(/(?<=[a-z])[A-Z]/g, letter => `_${letter}`).toUpperCase();
}
