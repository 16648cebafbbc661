import type { Interceptor } from '@connectrpc/connect';

/** What an interceptor wraps: the next interceptor, or the call itself. */
export type Next = ReturnType<Interceptor>;
export type CallRequest = Parameters<Next>[0];
export type CallResponse = Awaited<ReturnType<Next>>;

/** The call with all interceptors around it, the first of them outermost. */
export function chain(interceptors: readonly Interceptor[], call: Next): Next {
  return interceptors.reduceRight((next, interceptor) => interceptor(next), call);
}
