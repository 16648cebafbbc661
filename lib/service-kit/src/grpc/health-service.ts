import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import {
  type Health as HealthService,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from '@vigie/proto/health/v1/health_pb.ts';
import { pause } from '../async/pause.ts';
import { reuseRecent } from '../async/reuse-recent.ts';
import { shareRunning } from '../async/share-running.ts';
import { rpcError } from './rpc-error.ts';
import type { ServiceImplementation } from './service-implementation.ts';

const WATCH_INTERVAL_MS = 1_000;
/** Longer names are not repeated to their caller. */
const MAX_NAME_LENGTH = 256;
/** Every client of every replica watches: whatever they depend on is looked at once for all of them. */
const WATCHED_MAX_AGE_MS = 800;

/**
 * Whether all of these methods can be served now; the whole process if undefined.
 *
 * @param maxAgeMs how long ago that may have been found out
 */
export type CanServe = (methods: readonly DescMethod[] | undefined, maxAgeMs: number) => Promise<boolean>;

/**
 * `grpc.health.v1`. Without a name it answers for the whole process, by the name of a service for all its `methods`,
 * and by `package.Service/Method` for one of them. A watch ends with its signal, so that watchers don't hold up a stop.
 */
export function createHealthService(
  methods: readonly DescMethod[],
  canServe: CanServe,
): ServiceImplementation<typeof HealthService> {
  const statusOf = async (of: readonly DescMethod[] | undefined, maxAgeMs: number): Promise<ServingStatus> =>
    (await canServe(of, maxAgeMs)) ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  const byName = [...methodsByHealthName(methods)];
  // For a gateway it is a call for each of its methods; however many ask at once, it costs no more than one.
  const known = new Map(byName.map(([name, of]) => [name, shareRunning(() => statusOf(of, 0))] as const));
  const watched = new Map(
    byName.map(([name, of]) => [name, reuseRecent(() => statusOf(of, WATCHED_MAX_AGE_MS))] as const),
  );

  return {
    async check({ service }) {
      const ask = known.get(service);
      if (ask === undefined) throw unknownService(service);
      return { status: await ask() };
    },

    async list() {
      const statuses = await Promise.all(
        [...known].map(async ([name, ask]) => [name, { status: await ask() }] as const),
      );
      return { statuses: Object.fromEntries(statuses) };
    },

    async *watch({ service }, { signal }) {
      const ask = watched.get(service);
      let sent: ServingStatus | undefined;
      while (true) {
        const status = ask === undefined ? ServingStatus.SERVICE_UNKNOWN : await ask(WATCHED_MAX_AGE_MS);
        if (status !== sent) yield { status };
        sent = status;
        await pause(WATCH_INTERVAL_MS, signal);
        signal.throwIfAborted();
      }
    },
  };
}

/** The name by which `grpc.health.v1` is asked for one method. */
export function healthNameOf({ parent, name }: DescMethod): string {
  return `${parent.typeName}/${name}`;
}

function methodsByHealthName(methods: readonly DescMethod[]): Map<string, readonly DescMethod[] | undefined> {
  const services = new Set<DescService>(methods.map(({ parent }) => parent));
  return new Map<string, readonly DescMethod[] | undefined>([
    ['', undefined],
    ...[...services].map(service => [service.typeName, methods.filter(({ parent }) => parent === service)] as const),
    ...methods.map(method => [healthNameOf(method), [method]] as const),
  ]);
}

function unknownService(service: string): ConnectError {
  const name = service.slice(0, MAX_NAME_LENGTH);
  return rpcError(Code.NotFound, `There is no service ${name} here.`, { reason: 'UNKNOWN_SERVICE' });
}
