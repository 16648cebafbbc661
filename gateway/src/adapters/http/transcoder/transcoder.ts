import type { DescMethod, Message } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import type { WatchAlertsRequest } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { rpcError } from '@vigie/service-kit/grpc';
import type { RequestLimits } from '@vigie/service-kit/limits';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { Upstreams } from '../../../api/upstreams.ts';
import { type Answer, jsonAnswer } from '../answer.ts';
import { countAnswer } from '../count-answer.ts';
import { errorJson } from '../error-json.ts';
import { type Exchange, type ExchangeHandler, findUid } from '../exchange.ts';
import { findField } from '../field-path.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import { noteAnswer } from '../idempotency/is-final.ts';
import { parseJsonBody, readJsonBytes } from '../json-body.ts';
import { countAlerts } from '../rates/count-alerts.ts';
import { renameFields } from '../rename-fields.ts';
import type { RequestGuard } from '../request-guard.ts';
import { describeError, sendAnswer, sendError } from '../send.ts';
import { answerUnreadable } from '../unreadable-items.ts';
import { upstreamCall, withWait } from '../upstream-call.ts';
import { RestWatchFormats } from '../watch/rest-watch-format.ts';
import type { Watches } from '../watch/watches.ts';
import { decodeRequest } from './decode-request.ts';
import { answersRawBytes, encodeBytes, encodeJson, locationHeader } from './encode-response.ts';
import { entityTag, isHeld } from './entity-tag.ts';
import { type HttpBinding, httpBindings } from './http-binding.ts';
import { maskedJson } from './masked-json.ts';
import { MalformedPathError } from './path-template.ts';
import { type Route, RouteTable } from './route-table.ts';
import { sendBytesStream } from './send-bytes-stream.ts';
import { sendStream } from './send-stream.ts';
import { chooseStreamFormat } from './stream-format.ts';

export interface TranscoderParts {
  readonly methods: readonly DescMethod[];
  readonly upstreams: Upstreams;
  readonly logger: Logger;
  readonly requestTimeoutMs: number;
  readonly guard: RequestGuard;
  readonly limits: RequestLimits;
  readonly idempotency: Pick<Idempotency, 'once'>;
  /** How often a quiet event stream shows that it lives. */
  readonly heartbeatMs: number;
  /** Ends streams; its reason is what they end with. */
  readonly stopping: AbortSignal;
  /** Answers its method. */
  readonly watches?: Watches;
}

/**
 * HTTP/JSON for every method with a `google.api.http` annotation. No route is written by hand.
 *
 * @throws HttpRuleError, PathTemplateError for an annotation that makes no sense
 */
export function createTranscoder(parts: TranscoderParts): ExchangeHandler {
  const { watches, logger } = parts;
  const bindings = parts.methods.flatMap(httpBindings);
  const routes = new RouteTable(bindings);
  const watchFormats = new Map(
    bindings
      .filter(({ method }) => method === watches?.method)
      .map(binding => [binding, new RestWatchFormats(binding, logger)] as const),
  );
  return async exchange => {
    try {
      const route = findRoute(routes, exchange);
      exchange.route = route.binding.template.source;
      const read = await readBody(exchange, route, parts);
      const formats = watchFormats.get(route.binding);
      if (watches !== undefined && formats !== undefined) {
        const format = formats.of(chooseStreamFormat(exchange.request.headers.accept));
        await watches.open(exchange, (await read.decode()) as WatchAlertsRequest, format, undefined);
      } else if (route.binding.method.methodKind === 'unary') {
        const carryOut = async () => answerOnce(exchange, route.binding, await read.decode(), parts);
        sendAnswer(exchange, await parts.idempotency.once(exchange, route.binding.method, read.bytes, carryOut));
      } else {
        await answerMany(exchange, route.binding, await read.decode(), parts);
      }
    } catch (error) {
      sendError(exchange, error, logger);
    }
  };
}

function findRoute(routes: RouteTable, { request, path }: Exchange): Route {
  try {
    return routes.find(request.method ?? '', path);
  } catch (error) {
    if (!(error instanceof MalformedPathError)) throw error;
    throw rpcError(Code.InvalidArgument, `The path is wrong: ${error.message}.`, {
      reason: 'MALFORMED_PATH',
      cause: error,
    });
  }
}

interface ReadBody {
  readonly bytes: Buffer;
  /** The request that they make together with path and query, once it has its rate. */
  decode(): Promise<Message>;
}

async function readBody(exchange: Exchange, { binding, captures }: Route, parts: TranscoderParts): Promise<ReadBody> {
  await parts.guard.authorize(exchange, binding.method);
  const call = parts.guard.enter(exchange, binding.method.methodKind);
  const takesBody = binding.body.kind !== 'none';
  const bytes = takesBody ? await readJsonBytes(exchange, call, parts.limits) : NOTHING;
  return {
    bytes,
    async decode() {
      const body = takesBody ? parseJsonBody(exchange, bytes, call, parts.limits) : undefined;
      const message = decodeRequest(binding, { captures, query: exchange.query, body });
      exchange.uid = findUid(message);
      await countAlerts(exchange, message, call);
      return resume(exchange, binding, message);
    },
  };
}

const NOTHING = Buffer.alloc(0);

/** An `EventSource` that comes back says where it was, in a header of its own. */
function resume({ request }: Exchange, { method }: HttpBinding, message: Message): Message {
  const lastEventId = request.headers['last-event-id'];
  if (typeof lastEventId !== 'string' || method.methodKind === 'unary') return message;
  if (findField(method.input, 'resume_token') === undefined) return message;
  return { ...message, resumeToken: lastEventId } as Message;
}

async function answerOnce(
  exchange: Exchange,
  binding: HttpBinding,
  request: Message,
  { upstreams, requestTimeoutMs }: TranscoderParts,
): Promise<Answer> {
  const { signal } = exchange;
  const call = upstreamCall(exchange, { signal, timeoutMs: withWait(requestTimeoutMs, request) });
  const answer = await upstreams.unary(binding.method, request, call).catch(error => {
    throw renameFields(error, field => nameInBody(binding, field));
  });
  const message = answerUnreadable(request, answer);
  countAnswer(exchange, message);
  noteAnswer(exchange, binding.method, message);
  const { successStatus, successHeaders } = binding;
  if (!answersRawBytes(binding)) {
    const json = maskedJson(binding.method, request, encodeJson(binding, message));
    return jsonAnswer(successStatus, json, { ...successHeaders, ...locationHeader(binding, message) });
  }
  const { contentType, bytes } = encodeBytes(binding, message);
  const etag = entityTag(bytes);
  const headers = { ...successHeaders, etag };
  if (isHeld(exchange.request.headers['if-none-match'], etag)) return { status: 304, headers, body: NOTHING };
  return { status: successStatus, headers: { ...headers, 'content-type': contentType }, body: bytes };
}

/** Of a field of the request: what its body holds has no name in front. */
function nameInBody({ body }: HttpBinding, field: string): string {
  const prefix = body.kind === 'field' ? `${body.field.name}.` : '';
  return field.startsWith(prefix) ? field.slice(prefix.length) : field;
}

async function answerMany(
  exchange: Exchange,
  binding: HttpBinding,
  request: Message,
  { upstreams, logger, heartbeatMs, stopping }: TranscoderParts,
): Promise<void> {
  const { response } = exchange;
  const signal = AbortSignal.any([exchange.signal, stopping]);
  const messages = await upstreams.stream(binding.method, yieldOne(request), upstreamCall(exchange, { signal }));
  const sending = { response, status: binding.successStatus, signal: exchange.signal };
  if (answersRawBytes(binding)) {
    return sendBytesStream(messages, { ...sending, encode: message => encodeBytes(binding, message) });
  }
  await sendStream(messages, {
    ...sending,
    format: chooseStreamFormat(exchange.request.headers.accept),
    heartbeatMs,
    encode: message => encodeJson(binding, message),
    describeError: thrown => {
      const { error, status } = describeError(exchange, thrown, logger);
      return errorJson(error, status);
    },
  });
}

async function* yieldOne(message: Message): AsyncIterable<Message> {
  yield message;
}
