import type { DescMethod, Message } from '@bufbuild/protobuf';
import type { ContextValues } from '@connectrpc/connect';

export interface UpstreamCall {
  /** Cancels the call; its reason is what the call fails with. */
  readonly signal: AbortSignal;
  /** If absent, unary calls have the default deadline and streams none. */
  readonly timeoutMs?: number | undefined;
  /** What the caller sent: HTTP headers or gRPC metadata. */
  readonly header: Headers;
  /** Values that the interceptors and the caller of this method share, each under a typed key. */
  readonly contextValues: ContextValues;
}

/** The services behind the gateway. Every failure is a `ConnectError` with the details that the service gave. */
export interface Upstreams {
  unary(method: DescMethod, request: Message, call: UpstreamCall): Promise<Message>;

  /** Resolves once the service has accepted the call, or with its first answer. */
  stream(method: DescMethod, requests: AsyncIterable<Message>, call: UpstreamCall): Promise<AsyncIterable<Message>>;
}
