import type { Message } from '@bufbuild/protobuf';
import { wireBytes } from '@vigie/service-kit/grpc';
import type { Exchange } from './exchange.ts';

/** An answer is there as a message, and encoded again for the client. */
const COPIES = 4;

/**
 * Counts an answer as in hand until it is sent, in the place of the request, which is no longer needed.
 *
 * @throws ConnectError RESOURCE_EXHAUSTED if too many bytes are in hand already
 */
export function countAnswer(exchange: Exchange, answer: Message): void {
  // One that is kept is encoded once more.
  const copies = exchange.attempt === undefined ? COPIES : COPIES + 1;
  countBytes(exchange, copies * wireBytes(answer));
}

/** The same for an answer that takes so many bytes. */
export function countBytes({ call }: Exchange, bytes: number): void {
  if (call === undefined) return;
  call.giveBackBytes(call.bytes);
  call.takeBytes(bytes);
}
