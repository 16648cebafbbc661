import type { DescMethod, DescMethodStreaming, DescMethodUnary, DescService, Message } from '@bufbuild/protobuf';
import { ConnectError, type Transport } from '@connectrpc/connect';
import type { UpstreamCall, Upstreams } from '../../api/upstreams.ts';
import { toClientError } from './upstream-error.ts';

export interface Channel {
  readonly services: readonly [DescService, ...DescService[]];
  readonly transport: Transport;
}

export class ChannelUpstreams implements Upstreams {
  readonly #transports: ReadonlyMap<string, Transport>;

  constructor(channels: readonly Channel[]) {
    this.#transports = new Map(
      channels.flatMap(({ services, transport }) => services.map(({ typeName }) => [typeName, transport] as const)),
    );
  }

  async unary(method: DescMethod, request: Message, { signal, timeoutMs }: UpstreamCall): Promise<Message> {
    const transport = this.#transportOf(method.parent);
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
    const transport = this.#transportOf(method.parent);
    try {
      const call = transport.stream(method as DescMethodStreaming, signal, timeoutMs, undefined, requests);
      return translateErrors((await call).message);
    } catch (error) {
      throw translate(error);
    }
  }

  #transportOf(service: DescService): Transport {
    const transport = this.#transports.get(service.typeName);
    if (transport === undefined) throw new Error(`No channel leads to ${service.typeName}.`);
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
