import type { IncomingMessage } from 'node:http';
import { Deadline } from '../async/deadline.ts';
import { unlessAborted } from '../async/unless-aborted.ts';
import type { AdmittedCall } from './admission.ts';
import { bodyIncomplete, bodyTooLarge, bodyTooSlow } from './body-errors.ts';
import { ByteBuffer } from './byte-buffer.ts';
import type { RequestLimits } from './request-limits.ts';

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
    if (rest.byteLength < ENVELOPE_HEAD_BYTES) throw bodyIncomplete();
    const end = ENVELOPE_HEAD_BYTES + rest.readUInt32BE(1);
    if (rest.byteLength < end) throw bodyIncomplete();
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
  const received = new ByteBuffer();
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);

  /** Whether there are that many bytes now; otherwise the body is at its end. */
  async function receive(bytes: number, until: AbortSignal): Promise<boolean> {
    while (received.size < bytes) {
      using _ = call.giveWay(error => over.abort(error));
      const { done, value } = (await unlessAborted(chunks.next(), until)) as IteratorResult<Buffer>;
      if (done) return false;
      received.append(value);
    }
    return true;
  }

  /** @throws ConnectError if they are not there in time */
  async function receiveAll(bytes: number): Promise<void> {
    if (received.size >= bytes) return;
    using deadline = new Deadline(bodyTimeoutMs, ended);
    try {
      if (!(await receive(bytes, deadline.signal))) throw bodyIncomplete();
    } catch (error) {
      throw deadline.signal.aborted && !ended.aborted ? bodyTooSlow(bodyTimeoutMs) : error;
    }
  }

  /** Waits for other calls, but on behalf of one that may be slow on purpose. */
  async function takeBytes(bytes: number): Promise<void> {
    using _ = call.giveWay(error => over.abort(error));
    await call.takeBytesWhenFree(bytes, ended);
  }

  async function receiveEnvelope(): Promise<Envelope> {
    await receiveAll(ENVELOPE_HEAD_BYTES);
    const end = ENVELOPE_HEAD_BYTES + received.peek(ENVELOPE_HEAD_BYTES).readUInt32BE(1);
    if (end > ENVELOPE_HEAD_BYTES + maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
    await takeBytes(end);
    received.expect(end);
    await receiveAll(end);
    const envelope = received.take(end);
    return { flags: envelope.readUInt8(0), data: envelope.subarray(ENVELOPE_HEAD_BYTES) };
  }

  // Between messages a client may be silent for as long as it likes.
  while (await receive(1, ended)) {
    const before = call.bytes;
    yield await receiveEnvelope();
    call.giveBackBytes(call.bytes - before);
  }
}
