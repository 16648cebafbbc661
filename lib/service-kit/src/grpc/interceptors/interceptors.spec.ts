import { once } from 'node:events';
import {
  Code,
  ConnectError,
  createClient,
  createContextKey,
  createContextValues,
  type Interceptor,
} from '@connectrpc/connect';
import { ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { expect } from 'chai';
import { poll } from '../../async/poll.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { currentTrace, newTrace, withTrace } from '../../telemetry/trace-context.ts';
import { ChannelTransport } from '../channel-transport.ts';
import type { GrpcServerOptions } from '../grpc-server.ts';
import { rpcError } from '../rpc-error.ts';
import type { CallContext, ServiceImplementation } from '../service-implementation.ts';
import { EchoService } from '../testing/echo-service.ts';
import { collect, failure, yieldAll } from '../testing/rpc-outcome.ts';
import { openChannel, startSpecServer } from '../testing/spec-server.ts';
import { traceKey } from './trace-calls.ts';

type EchoClient = ReturnType<typeof createClient<typeof EchoService>>;

/** One call of each kind of method. */
const CALLS = {
  unary: (client: EchoClient) => client.unary({ value: 'a' }),
  clientStream: (client: EchoClient) => client.clientStream(yieldAll([{ value: 'a' }])),
  serverStream: (client: EchoClient) => collect(client.serverStream({ value: 'a' })),
  bidiStream: (client: EchoClient) => collect(client.bidiStream(yieldAll([{ value: 'a' }]))),
} satisfies Record<keyof typeof EchoService.method, (client: EchoClient) => Promise<unknown>>;

const KINDS = Object.keys(CALLS) as (keyof typeof CALLS)[];

/** Answers what was sent; `note` sees each call from within. */
function echo(note: (context: CallContext) => void | Promise<void>): ServiceImplementation<typeof EchoService> {
  return {
    async unary({ value }, context) {
      await note(context);
      return { value };
    },
    async clientStream(requests, context) {
      const values = await collect(requests, ({ value }) => value);
      await note(context);
      return { value: values.join() };
    },
    async *serverStream({ value }, context) {
      await note(context);
      yield { value };
    },
    async *bidiStream(requests, context) {
      for await (const { value } of requests) {
        await note(context);
        yield { value };
      }
    },
  };
}

interface Mesh extends AsyncDisposable {
  readonly client: EchoClient;
}

async function startEcho(
  note: (context: CallContext) => void | Promise<void>,
  serverOptions: Partial<GrpcServerOptions> = {},
  clientInterceptors: readonly Interceptor[] = [],
): Promise<Mesh> {
  const server = await startSpecServer(EchoService, echo(note), serverOptions);
  const channel = new ChannelTransport({
    address: server.address,
    services: [EchoService],
    defaultTimeoutMs: 60_000,
    interceptors: clientInterceptors,
  });
  return {
    client: createClient(EchoService, channel),
    async [Symbol.asyncDispose]() {
      channel[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

function setHeader(name: string, value: string): Interceptor {
  return next => request => {
    request.header.set(name, value);
    return next(request);
  };
}

describe('interceptors of a GrpcServer', () => {
  const tenantKey = createContextKey('nobody', { description: 'tenant' });
  const readTenant: Interceptor = next => request => {
    request.contextValues.set(tenantKey, request.header.get('tenant') ?? 'unknown');
    return next(request);
  };

  for (const kind of KINDS) {
    describe(`around a call of ${kind}`, () => {
      it('run in their order, the first outermost', async () => {
        const order: string[] = [];
        const note =
          (name: string): Interceptor =>
          next =>
          async request => {
            order.push(`${name} begins`);
            const response = await next(request);
            order.push(`${name} has a response`);
            return response;
          };
        await using mesh = await startEcho(() => {}, { interceptors: [note('first'), note('second')] });
        await CALLS[kind](mesh.client);
        expect(order).to.deep.equal(['first begins', 'second begins', 'second has a response', 'first has a response']);
      });

      it("pass typed values on to the implementation, which also sees the caller's metadata", async () => {
        const seen: unknown[] = [];
        await using mesh = await startEcho(
          ({ header, values }) => {
            seen.push(values.get(tenantKey), header.get('tenant'), header.get('token-bin'));
          },
          { interceptors: [readTenant] },
          [setHeader('tenant', 'north'), setHeader('token-bin', 'AQID')],
        );
        await CALLS[kind](mesh.client);
        expect(seen).to.deep.equal(['north', 'north', 'AQID']);
      });

      it('can refuse it before the implementation is called', async () => {
        let calls = 0;
        const metrics = createMetrics('spec');
        const authenticate: Interceptor = next => async request => {
          if (request.header.has('authorization')) return next(request);
          throw rpcError(Code.Unauthenticated, 'Send a token.', { reason: 'NO_TOKEN' });
        };
        await using mesh = await startEcho(() => void calls++, { metrics, interceptors: [authenticate] });
        const error = await failure(CALLS[kind](mesh.client));
        expect(error.code).to.equal(Code.Unauthenticated);
        expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('NO_TOKEN');
        expect(calls).to.equal(0);
        const method = EchoService.method[kind].name;
        expect(await metrics.metrics()).to.match(
          new RegExp(`grpc_server_handled_total\\{method="/spec.EchoService/${method}",code="Unauthenticated".*\\} 1`),
        );
      });

      it('translate what the implementation throws, and count it', async () => {
        const metrics = createMetrics('spec');
        const failing = () => {
          throw new RangeError('too far');
        };
        const translateError = (error: unknown) =>
          error instanceof RangeError ? new ConnectError(error.message, Code.OutOfRange) : undefined;
        await using mesh = await startEcho(failing, { metrics, translateError });
        expect((await failure(CALLS[kind](mesh.client))).code).to.equal(Code.OutOfRange);
        const text = await metrics.metrics();
        const method = EchoService.method[kind].name;
        expect(text).to.match(
          new RegExp(`grpc_server_handled_total\\{method="/spec.EchoService/${method}",code="OutOfRange".*\\} 1`),
        );
        expect(text).to.match(new RegExp(`grpc_server_in_flight\\{method="/spec.EchoService/${method}".*\\} 0`));
      });

      it("run it in the caller's trace, which its context holds too", async () => {
        const seen: unknown[] = [];
        await using mesh = await startEcho(async ({ values }) => {
          await new Promise(setImmediate);
          seen.push(currentTrace(), values.get(traceKey));
        });
        const trace = newTrace();
        await withTrace(trace, () => CALLS[kind](mesh.client));
        expect(seen).to.deep.equal([trace, trace]);
      });

      it('send headers and trailers of their own', async () => {
        const limits: Interceptor = next => async request => {
          const response = await next(request);
          response.header.set('rate-limit', '10');
          response.trailer.set('cost', '1');
          return response;
        };
        const seen: (string | null)[] = [];
        const readHead: Interceptor = next => async request => {
          const response = await next(request);
          seen.push(response.header.get('rate-limit'));
          if (!response.stream) {
            seen.push(response.trailer.get('cost'));
            return response;
          }
          async function* thenTrailer<T>(messages: AsyncIterable<T>): AsyncIterable<T> {
            yield* messages;
            seen.push(response.trailer.get('cost'));
          }
          return { ...response, message: thenTrailer(response.message) };
        };
        await using mesh = await startEcho(() => {}, { interceptors: [limits] }, [readHead]);
        await CALLS[kind](mesh.client);
        expect(seen).to.deep.equal(['10', '1']);
      });
    });
  }

  it('count a stream that its reader leaves as cancelled', async () => {
    const metrics = createMetrics('spec');
    const entered = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    await using mesh = await startEcho(
      async ({ signal }) => {
        entered.resolve();
        await once(signal, 'abort');
        setImmediate(left.resolve);
        signal.throwIfAborted();
      },
      { metrics },
    );
    const caller = new AbortController();
    const call = failure(collect(mesh.client.serverStream({}, { signal: caller.signal })));
    await entered.promise;
    caller.abort();
    await call;
    await left.promise;
    expect(await metrics.metrics()).to.match(/grpc_server_handled_total\{.*ServerStream",code="Canceled".*\} 1/);
  });
});

describe('countCalls', () => {
  it('counts a stream as cancelled whose reader leaves while the server waits for it to read on', async () => {
    const metrics = createMetrics('spec');
    const endless = {
      async *serverStream() {
        while (true) yield { value: 'x'.repeat(65_536) };
      },
    };
    await using server = await startSpecServer(EchoService, endless, { metrics });
    using channel = openChannel(server.address);
    const reader = new AbortController();
    const reading = async () => {
      const answers = createClient(EchoService, channel).serverStream({}, { signal: reader.signal });
      for await (const _ of answers) reader.abort();
    };
    await failure(reading());
    const cancelled = /grpc_server_handled_total\{.*ServerStream",code="Canceled".*\} 1/;
    const isCounted = await poll(async () => cancelled.test(await metrics.metrics()) || undefined, {
      intervalMs: 10,
      timeoutMs: 60_000,
    });
    expect(isCounted).to.equal(true);
  });
});

describe('interceptors of a ChannelTransport', () => {
  it("see each call with the caller's header and values, and the trace is set within them", async () => {
    const seen: string[] = [];
    const purposeKey = createContextKey('none');
    const note: Interceptor = next => request => {
      const hasTrace = request.header.has('traceparent');
      seen.push(
        `${request.method.name} ${request.header.get('x')} ${request.contextValues.get(purposeKey)} ${hasTrace}`,
      );
      return next(request);
    };
    await using mesh = await startEcho(({ header }) => void seen.push(`traced: ${header.has('traceparent')}`), {}, [
      note,
    ]);
    const options = { headers: { x: 'y' }, contextValues: createContextValues().set(purposeKey, 'spec') };
    await withTrace(newTrace(), async () => {
      await mesh.client.unary({}, options);
      await collect(mesh.client.serverStream({}, options));
    });
    expect(seen).to.deep.equal(['Unary y spec false', 'traced: true', 'ServerStream y spec false', 'traced: true']);
  });

  it('can refuse a call before it is sent', async () => {
    let calls = 0;
    const refuse: Interceptor = () => async () => {
      throw new ConnectError('The circuit is open.', Code.Unavailable);
    };
    await using mesh = await startEcho(() => void calls++, {}, [refuse]);
    for (const kind of KINDS) expect((await failure(CALLS[kind](mesh.client))).code).to.equal(Code.Unavailable);
    expect(calls).to.equal(0);
  });
});
