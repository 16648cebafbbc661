import type { DescMethod, DescMethodStreaming, DescMethodUnary, Message } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import type { PublicMethod, UpstreamName } from '../../api/public-api.ts';
import type { UpstreamCall, Upstreams } from '../../api/upstreams.ts';

/** A gRPC channel to each process. */
export class ChannelUpstreams implements Upstreams {
  readonly #transports: ReadonlyMap<DescMethod, Transport>;

  constructor(methods: readonly PublicMethod[], channels: Readonly<Record<UpstreamName, Transport>>) {
    this.#transports = new Map(methods.map(({ method, upstream }) => [method, channels[upstream]]));
  }

  async unary(method: DescMethod, request: Message, call: UpstreamCall): Promise<Message> {
    const { signal, timeoutMs, header, contextValues } = call;
    const unary = method as DescMethodUnary;
    return (await this.#transportOf(method).unary(unary, signal, timeoutMs, header, request, contextValues)).message;
  }

  async stream(
    method: DescMethod,
    requests: AsyncIterable<Message>,
    { signal, timeoutMs, header, contextValues }: UpstreamCall,
  ): Promise<AsyncIterable<Message>> {
    const streaming = method as DescMethodStreaming;
    const transport = this.#transportOf(method);
    return (await transport.stream(streaming, signal, timeoutMs, header, requests, contextValues)).message;
  }

  #transportOf(method: DescMethod): Transport {
    const transport = this.#transports.get(method);
    if (transport === undefined) throw new Error(`No channel leads to ${method}.`);
    return transport;
  }
}
