import type { DescMethod, DescMethodStreaming, DescMethodUnary, Message } from '@bufbuild/protobuf';
import { ConnectError, type Transport } from '@connectrpc/connect';
import type { PublicMethod, UpstreamName } from '../../api/public-api.ts';
import type { UpstreamCall, Upstreams } from '../../api/upstreams.ts';
import { toClientError } from './upstream-error.ts';

export class ChannelUpstreams implements Upstreams {
  readonly #transports: ReadonlyMap<DescMethod, Transport>;

  constructor(methods: readonly PublicMethod[], channels: Readonly<Record<UpstreamName, Transport>>) {
    this.#transports = new Map(methods.map(({ method, upstream }) => [method, channels[upstream]]));
  }

  async unary(method: DescMethod, request: Message, { signal, timeoutMs }: UpstreamCall): Promise<Message> {
    const transport = this.#transportOf(method);
    try {
      const call = transport.unary(method as DescMethodUnary, signal, timeoutMs, undefined, request);
      return (await call).message;
    } catch (error) {
      throw translate(error);
    }
  }

  async stream(
    method: DescMethod,
    requests: AsyncIterable<Message>,
    { signal, timeoutMs }: UpstreamCall,
  ): Promise<AsyncIterable<Message>> {
    const transport = this.#transportOf(method);
    try {
      const call = transport.stream(method as DescMethodStreaming, signal, timeoutMs, undefined, requests);
      return translateErrors((await call).message);
    } catch (error) {
      throw translate(error);
    }
  }

  #transportOf(method: DescMethod): Transport {
    const transport = this.#transports.get(method);
    if (transport === undefined) throw new Error(`No channel leads to ${method}.`);
    return transport;
  }
}

async function* translateErrors(messages: AsyncIterable<Message>): AsyncIterable<Message> {
  try {
    yield* messages;
  } catch (error) {
    throw translate(error);
  }
}

function translate(error: unknown): unknown {
  return error instanceof ConnectError ? toClientError(error) : error;
}
