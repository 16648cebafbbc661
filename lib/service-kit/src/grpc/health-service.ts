import type { DescService } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  type Health as HealthService,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '@vigie/proto/health/v1/health_pb.ts';
import { pause } from '../async/pause.ts';
import type { Health } from '../telemetry/health.ts';
import type { ServiceImplementation } from './service-implementation.ts';

const WATCH_INTERVAL_MS = 500;
/** Every client of every replica watches; they share one check of all dependencies. */
const SHARED_FOR_MS = 250;

/**
 * `grpc.health.v1`: SERVING means ready. The name of any of `services`, or none, asks for the whole process. A watch
 * ends with its signal, so that watchers don't hold up a stop.
 */
export function createHealthService(
  services: readonly DescService[],
  health: Health,
): ServiceImplementation<typeof HealthService> {
  const isKnown = (name: string): boolean => name === '' || services.some(({ typeName }) => typeName === name);
  const currentStatus = async (): Promise<ServingStatus> =>
    (await health.readiness()).ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  const watchedStatus = atMostEvery(SHARED_FOR_MS, currentStatus);

  return {
    async check({ service }) {
      if (!isKnown(service)) throw new ConnectError(`There is no service ${service} here.`, Code.NotFound);
      return { status: await currentStatus() };
    },

    async list() {
      const status = await currentStatus();
      const names = ['', ...services.map(({ typeName }) => typeName)];
      return { statuses: Object.fromEntries(names.map(name => [name, { status }])) };
    },

    async *watch({ service }, { signal }) {
      let sent: ServingStatus | undefined;
      while (true) {
        const status = isKnown(service) ? await watchedStatus() : ServingStatus.SERVICE_UNKNOWN;
        if (status !== sent) yield { status };
        sent = status;
        await pause(WATCH_INTERVAL_MS, signal);
        signal.throwIfAborted();
      }
    },
  };
}

/** Asks again only once the last question is `intervalMs` old. */
function atMostEvery<T>(intervalMs: number, ask: () => Promise<T>): () => Promise<T> {
  let asked: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    if (asked === undefined || now - asked.at >= intervalMs) asked = { at: now, answer: ask() };
    return asked.answer;
  };
}
