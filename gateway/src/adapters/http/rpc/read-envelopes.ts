import type { IncomingMessage } from 'node:http';
import { Code, type ConnectError } from '@connectrpc/connect';
import { Deadline, unlessAborted } from '@vigie/service-kit/async';
import { rpcError } from '@vigie/service-kit/grpc';
import type { AdmittedCall } from '@vigie/service-kit/limits';
import { bodyTooLarge, bodyTooSlow } from '../http-error.ts';
import type { RequestLimits } from '../request-limits.ts';

/** A message as Connect, gRPC and gRPC-Web frame it. */
export interface Envelope {
  readonly flags: number;
  readonly data: Uint8Array;
}

export const COMPRESSED_FLAG = 0b1;
export const ENVELOPE_HEAD_BYTES = 5;

export function encodeEnvelope(flags: number, data: Uint8Array): Buffer {
  const envelope = Buffer.alloc(ENVELOPE_HEAD_BYTES + data.byteLength);
  envelope.writeUInt8(flags, 0);
  envelope.writeUInt32BE(data.byteLength, 1);
  envelope.set(data, ENVELOPE_HEAD_BYTES);
  return envelope;
}

/**
 * The envelopes of a body that is there already.
 *
 * @throws ConnectError INVALID_ARGUMENT if it ends in the middle of one
 */
export function* splitEnvelopes(body: Buffer): Generator<Envelope> {
  let rest = body;
  while (rest.byteLength > 0) {
    if (rest.byteLength < ENVELOPE_HEAD_BYTES) throw incomplete();
    const end = ENVELOPE_HEAD_BYTES + rest.readUInt32BE(1);
    if (rest.byteLength < end) throw incomplete();
    yield { flags: rest.readUInt8(0), data: rest.subarray(ENVELOPE_HEAD_BYTES, end) };
    rest = rest.subarray(end);
  }
}

/**
 * The envelopes of a body that may go on for days: each once it is there. The bytes of one are waited for, counted as
 * in hand, and given back when the next one is asked for; so a client sends no faster than its messages are dealt with.
 *
 * @throws ConnectError when one is larger than `maxBodyBytes`, takes longer than `bodyTimeoutMs` from its first byte to
 * its last, or is incomplete; what `signal` aborts with
 */
export async function* readEnvelopes(
  request: IncomingMessage,
  call: AdmittedCall,
  { maxBodyBytes, bodyTimeoutMs }: RequestLimits,
  signal: AbortSignal,
): AsyncGenerator<Envelope> {
  // The response still has to leave when reading stops early.
  const chunks = request.iterator({ destroyOnReturn: false });
  let received: Buffer = Buffer.alloc(0);
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);

  /** Whether there are that many bytes now; otherwise the body is at its end. */
  async function receive(bytes: number, until: AbortSignal): Promise<boolean> {
    const more = [received];
    let sizeBytes = received.byteLength;
    while (sizeBytes < bytes) {
      using _ = call.giveWay(error => over.abort(error));
      const { done, value } = (await unlessAborted(chunks.next(), until)) as IteratorResult<Buffer>;
      if (done) break;
      more.push(value);
      sizeBytes += value.byteLength;
    }
    received = more.length === 1 ? received : Buffer.concat(more);
    return sizeBytes >= bytes;
  }

  /** @throws ConnectError if they are not there in time */
  async function receiveAll(bytes: number): Promise<void> {
    if (received.byteLength >= bytes) return;
    using deadline = new Deadline(bodyTimeoutMs, ended);
    try {
      if (!(await receive(bytes, deadline.signal))) throw incomplete();
    } catch (error) {
      throw deadline.signal.aborted && !ended.aborted ? bodyTooSlow(bodyTimeoutMs).rpcError : error;
    }
  }

  async function receiveEnvelope(): Promise<Envelope> {
    await receiveAll(ENVELOPE_HEAD_BYTES);
    const end = ENVELOPE_HEAD_BYTES + received.readUInt32BE(1);
    if (end > ENVELOPE_HEAD_BYTES + maxBodyBytes) throw bodyTooLarge(maxBodyBytes).rpcError;
    await call.takeBytesWhenFree(end, ended);
    await receiveAll(end);
    const flags = received.readUInt8(0);
    const data = received.subarray(ENVELOPE_HEAD_BYTES, end);
    received = received.subarray(end);
    return { flags, data };
  }

  // Between messages a client may be silent for as long as it likes.
  while (await receive(1, ended)) {
    const before = call.bytes;
    yield await receiveEnvelope();
    call.giveBackBytes(call.bytes - before);
  }
}

function incomplete(): ConnectError {
  return rpcError(Code.InvalidArgument, 'The body ends in the middle of a message.', { reason: 'INCOMPLETE_BODY' });
}
