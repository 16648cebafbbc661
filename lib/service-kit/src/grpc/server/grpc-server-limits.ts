import { EnvReader } from '../../env/env-reader.ts';
import { readServerLimits, type ServerLimits } from '../../limits/server-limits.ts';

const MAX_CALLS = 2_000;
const MAX_STREAMS = 1_000;

/** Reads the limits of a service's gRPC port from the environment. */
export function readGrpcServerLimits(env: EnvReader): ServerLimits {
  return readServerLimits(env, {
    maxCalls: MAX_CALLS,
    // A gateway brings the calls of all its clients.
    maxCallsPerCaller: MAX_CALLS,
    maxStreams: MAX_STREAMS,
    listener: {
      // Over one connection, if it likes.
      maxStreamsPerConnection: MAX_CALLS + MAX_STREAMS,
      // It passes on that its clients have left.
      maxResets: 5_000,
      resetsPerSecond: 500,
    },
  });
}

export const DEFAULT_GRPC_SERVER_LIMITS = readGrpcServerLimits(new EnvReader({}));
