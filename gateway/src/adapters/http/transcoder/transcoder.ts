import type { DescMethod, Message } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import type { WatchAlertsRequest } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { rpcError } from '@vigie/service-kit/grpc';
import type { RequestLimits } from '@vigie/service-kit/limits';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { Upstreams } from '../../../api/upstreams.ts';
import { countAnswer } from '../count-answer.ts';
import { errorJson } from '../error-json.ts';
import { type Exchange, type ExchangeHandler, findUid } from '../exchange.ts';
import { findField } from '../field-path.ts';
import { readJsonBody } from '../json-body.ts';
import { countAlerts } from '../rates/count-alerts.ts';
import type { RequestGuard } from '../request-guard.ts';
import { describeError, sendBytes, sendError, sendJson } from '../send.ts';
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
      const request = await readRequest(exchange, route, parts);
      exchange.uid = findUid(request);
      const formats = watchFormats.get(route.binding);
      if (watches !== undefined && formats !== undefined) {
        const format = formats.of(chooseStreamFormat(exchange.request.headers.accept));
        await watches.open(exchange, request as WatchAlertsRequest, format, undefined);
      } else if (route.binding.method.methodKind === 'unary') {
        await answerOnce(exchange, route.binding, request, parts);
      } else {
        await answerMany(exchange, route.binding, request, parts);
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

async function readRequest(exchange: Exchange, route: Route, parts: TranscoderParts): Promise<Message> {
  const { binding, captures } = route;
  const call = parts.guard.enter(exchange, binding.method.methodKind);
  const takesBody = binding.body.kind !== 'none';
  const body = takesBody ? await readJsonBody(exchange, call, parts.limits) : undefined;
  const request = decodeRequest(binding, { captures, query: exchange.query, body });
  await countAlerts(exchange, request, call);
  return resume(exchange, binding, request);
}

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
): Promise<void> {
  const { response, signal } = exchange;
  const call = upstreamCall(exchange, { signal, timeoutMs: withWait(requestTimeoutMs, request) });
  const message = answerUnreadable(request, await upstreams.unary(binding.method, request, call));
  countAnswer(exchange, message);
  if (!answersRawBytes(binding)) {
    const headers = { ...binding.successHeaders, ...locationHeader(binding, message) };
    return sendJson(
      exchange,
      binding.successStatus,
      maskedJson(binding.method, request, encodeJson(binding, message)),
      headers,
    );
  }
  const { contentType, bytes } = encodeBytes(binding, message);
  const etag = entityTag(bytes);
  const headers = { ...binding.successHeaders, etag };
  if (isHeld(exchange.request.headers['if-none-match'], etag)) {
    response.writeHead(304, headers).end();
  } else {
    sendBytes(exchange, binding.successStatus, contentType, bytes, headers);
  }
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
