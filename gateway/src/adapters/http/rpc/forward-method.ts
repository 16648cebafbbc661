import type { DescMethod, Message } from '@bufbuild/protobuf';
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect';
import { untilAborted } from '@vigie/service-kit/async';
import { codeNameOf, internalError, rpcError, withReason } from '@vigie/service-kit/grpc';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { UpstreamCall, Upstreams } from '../../../api/upstreams.ts';
import { countAnswer } from '../count-answer.ts';
import { findUid } from '../exchange.ts';
import { exchangeKey } from '../exchange-key.ts';
import { noteAnswer } from '../idempotency/is-final.ts';
import { answerUnreadable } from '../unreadable-items.ts';
import { withWait } from '../upstream-call.ts';
import { sendHeadKey } from './send-head-key.ts';

/** An implementation of a method, of the shape that its kind of call has in Connect. */
export type MethodForwarder = (method: DescMethod) => unknown;

export interface ForwardMethodParts {
  readonly upstreams: Upstreams;
  readonly logger: Logger;
  /** For unary calls that bring no deadline. */
  readonly requestTimeoutMs: number;
  /** Ends streams; its reason is what they end with. */
  readonly stopping: AbortSignal;
}

/** Hands each call of any method on to its service, with its deadline and its cancellation. */
export function createMethodForwarder(parts: ForwardMethodParts): MethodForwarder {
  const { upstreams, stopping } = parts;

  async function unary(method: DescMethod, request: Message, context: HandlerContext): Promise<Message> {
    noteUid(context, request);
    try {
      const timeoutMs = context.timeoutMs() ?? withWait(parts.requestTimeoutMs, request);
      const call = callOf(context, context.signal, timeoutMs);
      const answer = answerUnreadable(request, await upstreams.unary(method, request, call));
      const exchange = context.values.get(exchangeKey);
      if (exchange !== undefined) {
        countAnswer(exchange, answer);
        noteAnswer(exchange, method, answer);
      }
      return answer;
    } catch (error) {
      throw toRpcError(error, context, parts.logger);
    }
  }

  async function* stream(
    method: DescMethod,
    requests: AsyncIterable<Message>,
    context: HandlerContext,
    signal: AbortSignal,
  ): AsyncIterable<Message> {
    try {
      const answers = await upstreams.stream(method, requests, callOf(context, signal, context.timeoutMs()));
      context.values.get(sendHeadKey)();
      yield* answers;
    } catch (error) {
      throw toRpcError(error, context, parts.logger);
    }
  }

  return method => {
    switch (method.methodKind) {
      case 'unary':
        return (request: Message, context: HandlerContext) => unary(method, request, context);
      case 'client_streaming':
        return (requests: AsyncIterable<Message>, context: HandlerContext) =>
          only(method, stream(method, requests, context, context.signal));
      case 'server_streaming':
        return (request: Message, context: HandlerContext) =>
          stream(method, yieldOne(request), context, AbortSignal.any([context.signal, stopping]));
      case 'bidi_streaming':
        return (requests: AsyncIterable<Message>, context: HandlerContext) =>
          answerWhatWasTaken(stopping, requests, taken => stream(method, taken, context, context.signal));
    }
  };
}

/** Once the gateway stops, takes no more requests, waits until those already taken are answered, and then ends. */
async function* answerWhatWasTaken(
  stopping: AbortSignal,
  requests: AsyncIterable<Message>,
  answer: (taken: AsyncIterable<Message>) => AsyncIterable<Message>,
): AsyncIterable<Message> {
  const taken = untilAborted(requests, stopping);
  yield* answer(taken.items);
  if (taken.wasCut()) throw stopping.reason;
}

function callOf(
  { values: contextValues, requestHeader: header }: HandlerContext,
  signal: AbortSignal,
  timeoutMs: number | undefined,
): UpstreamCall {
  return { signal, timeoutMs, header, contextValues };
}

function noteUid(context: HandlerContext, request: Message): void {
  const exchange = context.values.get(exchangeKey);
  if (exchange !== undefined) exchange.uid = findUid(request);
}

function toRpcError(thrown: unknown, context: HandlerContext, logger: Logger): ConnectError {
  const error = thrown instanceof ConnectError ? withReason(thrown) : hide(thrown, logger);
  const exchange = context.values.get(exchangeKey);
  if (exchange !== undefined) exchange.code = codeNameOf(error.code);
  return error;
}

function hide(thrown: unknown, logger: Logger): ConnectError {
  logger.error({ err: thrown }, 'call failed');
  return internalError(thrown);
}

async function only(method: DescMethod, messages: AsyncIterable<Message>): Promise<Message> {
  let answer: Message | undefined;
  // To the end, where an error would come.
  for await (const message of messages) answer ??= message;
  if (answer === undefined) {
    throw rpcError(Code.Internal, `${method.name} was not answered.`, { reason: 'NOT_ANSWERED' });
  }
  return answer;
}

async function* yieldOne(message: Message): AsyncIterable<Message> {
  yield message;
}
