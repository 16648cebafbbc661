import type { DescMethod, Message } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { Code, ConnectError, type ContextValues, createContextKey, type HandlerContext } from '@connectrpc/connect';
import type { UniversalServerRequest } from '@connectrpc/connect/protocol';
import { codeNameOf, rpcError, withReason } from '@vigie/service-kit/grpc';
import {
  type AdmittedCall,
  COMPRESSED_FLAG,
  decodeBinary,
  ENVELOPE_HEAD_BYTES,
  type Encoding,
  type Envelope,
  encodeEnvelope,
  isEncoding,
  plainMessage,
  type RequestLimits,
  readBody,
  readEncoding,
  readEnvelopes,
  splitEnvelopes,
} from '@vigie/service-kit/limits';
import type { Answer } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import { IDEMPOTENCY_KEY } from '../idempotency/idempotency-key.ts';
import { messageFromJson, parseJson } from '../json-message.ts';
import { countAlerts } from '../rates/count-alerts.ts';
import type { RequestGuard } from '../request-guard.ts';
import { type BodyFormat, bodyFormat } from './body-format.ts';
import { limitDeadline } from './limit-deadline.ts';

/**
 * Connect decodes whatever bytes a client sends, with no bound but their number. So messages are decoded here, within
 * the limits; Connect, which serves the protocols, is given an empty message in the place of each, and the
 * implementation of the method takes the real one (`withDecoded`).
 */
export interface DecodeCallParts {
  readonly guard: RequestGuard;
  readonly limits: RequestLimits;
  /** The longest deadline that a unary call may have. */
  readonly maxTimeoutMs: number;
  readonly idempotency: Idempotency;
}

/** The longest that a timer can wait. A stream may be meant to last for days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface DecodedFormat extends Pick<BodyFormat, 'codec' | 'isEnveloped'> {
  /** How a compressed message is compressed; absent if none may be. */
  readonly encoding: Encoding | undefined;
}

/** A message that was received, or why it could not be. */
type Received = Message | ConnectError;

const receivedKey = createContextKey<Received[]>([], { description: 'received messages' });

/** The key under which a call carries the answer that it got before, which is sent in the place of Connect's. */
export const keptAnswerKey = createContextKey<Answer | undefined>(undefined, { description: 'kept answer' });

const EMPTY: Readonly<Record<BodyFormat['codec'], Uint8Array>> = {
  binary: new Uint8Array(),
  json: Buffer.from('{}'),
};

/** The request as Connect is given it. */
export async function decodeCall(
  exchange: Exchange,
  method: DescMethod,
  universal: UniversalServerRequest,
  values: ContextValues,
  parts: DecodeCallParts,
): Promise<UniversalServerRequest> {
  const received: Received[] = [];
  values.set(receivedKey, received);
  const { header } = universal;
  if (exchange.request.method === 'GET') return decodeGet(exchange, method, universal, received, parts);
  const format = bodyFormat(exchange.request.headers);
  // Connect refuses it, before it reads the body.
  if (format === undefined) return universal;
  header.delete('content-length');
  header.delete(format.encodingHeader);
  // An answer is kept as it is before it is compressed, each time for the client that asks.
  if (!format.isEnveloped && header.has(IDEMPOTENCY_KEY)) header.delete(format.acceptHeader);
  try {
    limitDeadline(header, method.methodKind === 'unary' ? parts.maxTimeoutMs : MAX_TIMER_MS);
    const encoding = readEncoding(exchange.request.headers[format.encodingHeader]);
    return { ...universal, body: decodeBody(exchange, method, { ...format, encoding }, values, parts) };
  } catch (error) {
    exchange.response.setHeader(format.acceptHeader, 'gzip,br');
    return { ...universal, body: refuse(toRpcError(error, exchange)) };
  }
}

async function* refuse(error: ConnectError): AsyncGenerator<never> {
  yield await Promise.reject(error);
}

async function* decodeBody(
  exchange: Exchange,
  method: DescMethod,
  format: DecodedFormat,
  values: ContextValues,
  { guard, limits, idempotency }: DecodeCallParts,
): AsyncGenerator<Uint8Array> {
  const received = values.get(receivedKey);
  try {
    const call = guard.enter(exchange, method.methodKind);
    if (!format.isEnveloped) {
      const body = await readBody(exchange.request, call, limits);
      const kept = await idempotency.begin(exchange, method, body);
      values.set(keptAnswerKey, kept);
      // Nobody is told what Connect makes of that.
      if (kept !== undefined) return;
      const isCompressed = format.encoding !== undefined;
      const message = await decodeMessage(method, body, isCompressed, format, call, limits);
      await countAlerts(exchange, message, call);
      received.push(message);
      yield EMPTY[format.codec];
      return;
    }
    for await (const { flags, data } of envelopesOf(exchange, method, call, limits)) {
      const message = await decodeMessage(method, data, (flags & COMPRESSED_FLAG) !== 0, format, call, limits);
      await countAlerts(exchange, message, call);
      received.push(message);
      yield encodeEnvelope(flags & ~COMPRESSED_FLAG, EMPTY[format.codec]);
    }
  } catch (error) {
    throw toRpcError(error, exchange);
  }
}

async function* envelopesOf(
  exchange: Exchange,
  { methodKind }: DescMethod,
  call: AdmittedCall,
  limits: RequestLimits,
): AsyncGenerator<Envelope> {
  if (methodKind === 'client_streaming' || methodKind === 'bidi_streaming') {
    yield* readEnvelopes(exchange.request, call, limits, exchange.signal);
  } else {
    const maxBodyBytes = limits.maxBodyBytes + ENVELOPE_HEAD_BYTES;
    yield* splitEnvelopes(await readBody(exchange.request, call, { ...limits, maxBodyBytes }));
  }
}

async function decodeMessage(
  { input }: DescMethod,
  bytes: Uint8Array,
  isCompressed: boolean,
  { codec, encoding }: DecodedFormat,
  call: AdmittedCall,
  limits: RequestLimits,
): Promise<Message> {
  const plain = await plainMessage(bytes, isCompressed, encoding, call, limits);
  if (codec === 'binary') return decodeBinary(input, plain, limits.decode, more => call.takeBytes(more));
  return messageFromJson(input, plain.byteLength === 0 ? {} : parseJson(plain, call, limits.decode));
}

/** Connect's HTTP GET: the message is a parameter. https://connectrpc.com/docs/protocol/#unary-get-request */
async function decodeGet(
  exchange: Exchange,
  method: DescMethod,
  universal: UniversalServerRequest,
  received: Received[],
  parts: DecodeCallParts,
): Promise<UniversalServerRequest> {
  const { guard, limits } = parts;
  const url = new URL(universal.url);
  const codec = url.searchParams.get('encoding') === 'json' ? 'json' : 'binary';
  const compression = url.searchParams.get('compression') ?? 'identity';
  // Connect refuses it.
  if (compression !== 'identity' && !isEncoding(compression)) return universal;
  const encoding = compression === 'identity' ? undefined : compression;
  const format: DecodedFormat = { isEnveloped: false, codec, encoding };
  try {
    limitDeadline(universal.header, parts.maxTimeoutMs);
    const call = guard.enter(exchange, method.methodKind);
    const bytes = messageParameter(url);
    received.push(await decodeMessage(method, bytes, encoding !== undefined, format, call, limits));
  } catch (error) {
    received.push(toRpcError(error, exchange));
  }
  url.searchParams.delete('compression');
  url.searchParams.delete('base64');
  url.searchParams.set('message', Buffer.from(EMPTY[codec]).toString());
  return { ...universal, url: url.href };
}

function messageParameter({ searchParams }: URL): Uint8Array {
  const text = searchParams.get('message') ?? '';
  if (searchParams.get('base64') !== '1') return Buffer.from(text);
  try {
    return base64Decode(text);
  } catch (cause) {
    throw rpcError(Code.InvalidArgument, 'The parameter message is not base64.', { reason: 'MALFORMED_BASE64', cause });
  }
}

type Implementation = (request: never, context: HandlerContext) => unknown;

/** The implementation of a method, which takes the messages that were received in the place of Connect's empty ones. */
export function withDecoded(method: DescMethod, implementation: Implementation): Implementation {
  const implement = implementation as (request: Message | AsyncIterable<Message>, context: HandlerContext) => unknown;
  if (method.methodKind === 'unary' || method.methodKind === 'server_streaming') {
    return (_empty, context) => implement(takeReceived(context), context);
  }
  return (empties, context) => implement(takeEach(empties, context), context);
}

async function* takeEach(empties: AsyncIterable<unknown>, context: HandlerContext): AsyncIterable<Message> {
  for await (const _ of empties) yield takeReceived(context);
}

function takeReceived({ values }: HandlerContext): Message {
  const received = values.get(receivedKey).shift();
  if (received === undefined) throw new Error('a message was taken that was not received');
  if (received instanceof ConnectError) throw received;
  return received;
}

function toRpcError(thrown: unknown, exchange: Exchange): ConnectError {
  const error = withReason(ConnectError.from(thrown));
  exchange.code = codeNameOf(error.code);
  return error;
}
