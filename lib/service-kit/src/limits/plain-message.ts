import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '../grpc/rpc-error.ts';
import type { AdmittedCall } from './admission.ts';
import { type Encoding, inflate } from './inflate.ts';
import type { RequestLimits } from './request-limits.ts';

/**
 * The bytes of a message as they were before it was compressed, if it was.
 *
 * @throws ConnectError INVALID_ARGUMENT if it is compressed and no header says how, or not well-formed;
 * RESOURCE_EXHAUSTED beyond a limit
 */
export async function plainMessage(
  bytes: Uint8Array,
  isCompressed: boolean,
  encoding: Encoding | undefined,
  call: AdmittedCall,
  { maxBodyBytes }: RequestLimits,
): Promise<Uint8Array> {
  if (!isCompressed) return bytes;
  if (encoding === undefined) throw encodingMissing();
  return inflate(bytes, encoding, maxBodyBytes, more => call.takeBytes(more));
}

function encodingMissing(): ConnectError {
  return rpcError(Code.InvalidArgument, 'A message is compressed, but no header says how.', {
    reason: 'ENCODING_MISSING',
  });
}
