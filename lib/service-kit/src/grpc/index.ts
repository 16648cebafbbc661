export { ChannelTransport } from './channel-transport.ts';
export { codeNameOf } from './code-name.ts';
export { GrpcServer, type GrpcServerOptions } from './grpc-server.ts';
export { toTrailer } from './grpc-status.ts';
export { type CanServe, createHealthService, healthNameOf } from './health-service.ts';
export { type CallRequest, chain, type Next } from './interceptors/chain.ts';
export { countCalls } from './interceptors/count-calls.ts';
export { traceKey } from './interceptors/trace-calls.ts';
export { type ErrorTranslation, translateErrors } from './interceptors/translate-errors.ts';
export { decodeToken, encodeToken } from './opaque-token.ts';
export { type ProtoComments, readProtoComments } from './proto-comments.ts';
export { createReflectionService } from './reflection-service.ts';
export {
  type ErrorTranslator,
  fromStatus,
  internalError,
  invalidArgument,
  rpcError,
  toStatus,
  unknownMethod,
  withReason,
} from './rpc-error.ts';
export { readGrpcServerLimits } from './server/grpc-server-limits.ts';
export type { CallContext, ServiceImplementation } from './service-implementation.ts';
export { createUpstreamCheck } from './upstream-check.ts';
export { wireBytes } from './wire-bytes.ts';
