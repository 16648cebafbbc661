import { EnvReader } from '../../env/env-reader.ts';
import { MAX_BYTES, readServerLimits, type ServerLimits } from '../../limits/server-limits.ts';

const MAX_CALLS = 2_000;
const MAX_STREAMS = 1_000;

/** Reads the limits of a service's gRPC port from the environment. */
export function readGrpcServerLimits(env: EnvReader): ServerLimits {
  return readServerLimits(env, {
    maxCalls: MAX_CALLS,
    // A gateway brings the calls of all its clients.
    maxCallsPerCaller: MAX_CALLS,
    maxBytesPerCaller: MAX_BYTES,
    maxStreams: MAX_STREAMS,
    listener: {
      // Over one connection, if it likes.
      maxStreamsPerConnection: MAX_CALLS + MAX_STREAMS,
      // As soon do new replicas get calls.
      maxConnectionAgeMs: 120_000,
      // It passes on that its clients have left.
      maxResets: 5_000,
      resetsPerSecond: 500,
    },
  });
}

export const DEFAULT_GRPC_SERVER_LIMITS = readGrpcServerLimits(new EnvReader({}));
