import type {
  DescMethod,
  DescMethodBiDiStreaming,
  DescMethodClientStreaming,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from '@bufbuild/protobuf';
import type { ContextValues } from '@connectrpc/connect';

/** What a method knows of the call besides its request. */
export interface CallContext {
  /** Aborts when the caller cancels, its deadline passes or the server stops. */
  readonly signal: AbortSignal;
  /** The caller's metadata; values of keys that end in `-bin` are in base64. */
  readonly header: Headers;
  /** What interceptors have found out about the call, by typed keys. */
  readonly values: ContextValues;
  /** Sends the response headers now, so that the caller of a stream knows it is established. */
  readonly sendHeaders: () => void;
}

type Method<M extends DescMethod> =
  M extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>, context: CallContext) => Promise<MessageInitShape<O>>
    : M extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageShape<I>, context: CallContext) => AsyncIterable<MessageInitShape<O>>
      : M extends DescMethodClientStreaming<infer I, infer O>
        ? (requests: AsyncIterable<MessageShape<I>>, context: CallContext) => Promise<MessageInitShape<O>>
        : M extends DescMethodBiDiStreaming<infer I, infer O>
          ? (requests: AsyncIterable<MessageShape<I>>, context: CallContext) => AsyncIterable<MessageInitShape<O>>
          : never;

/** One function a method: promises for single messages, async iterables for streams. Errors are thrown. */
export type ServiceImplementation<S extends DescService> = {
  readonly [K in keyof S['method']]: Method<S['method'][K]>;
};
