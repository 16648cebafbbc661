import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { LATENCY_BUCKETS } from '../../telemetry/metrics.ts';
import { methodPath } from '../rpc-method.ts';

/** The usual three of a gRPC server: rate and code, latency, calls in flight. Wraps whatever translates errors. */
export function countCalls(registry: Registry): Interceptor {
  const begin = registerMetrics(registry);
  return next => async request => {
    const finish = begin(methodPath(request.method));
    try {
      const response = await next(request);
      if (response.stream) return { ...response, message: finishAfter(response.message, request.signal, finish) };
      finish('OK');
      return response;
    } catch (error) {
      finish(codeName(error));
      throw error;
    }
  };
}

async function* finishAfter<T>(
  messages: AsyncIterable<T>,
  signal: AbortSignal,
  finish: (code: string) => void,
): AsyncIterable<T> {
  let end: { readonly code: string } | undefined;
  try {
    yield* messages;
    end = { code: 'OK' };
  } catch (error) {
    end = { code: codeName(error) };
    throw error;
  } finally {
    // Nobody reads on: the caller is gone, or the server stops.
    finish(end?.code ?? codeName(signal.reason));
  }
}

function codeName(error: unknown): string {
  return Code[ConnectError.from(error, Code.Internal).code];
}

/** @returns what counts a call as begun; call its result with the gRPC code's name once the call is over */
function registerMetrics(registry: Registry): (method: string) => (code: string) => void {
  const registers = [registry];
  const handled = new Counter({
    name: 'grpc_server_handled_total',
    help: 'Calls that are over, by method and gRPC code.',
    labelNames: ['method', 'code'],
    registers,
  });
  const seconds = new Histogram({
    name: 'grpc_server_handling_seconds',
    help: 'Time from the first byte of a call to its status.',
    labelNames: ['method'],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const inFlight = new Gauge({
    name: 'grpc_server_in_flight',
    help: 'Calls that are being handled.',
    labelNames: ['method'],
    registers,
  });
  return method => {
    inFlight.inc({ method });
    const stopTimer = seconds.startTimer({ method });
    return code => {
      inFlight.dec({ method });
      stopTimer();
      handled.inc({ method, code });
    };
  };
}
