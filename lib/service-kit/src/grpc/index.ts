export { ChannelTransport } from './channel-transport.ts';
export { GrpcServer, type GrpcServerOptions } from './grpc-server.ts';
export { createHealthService } from './health-service.ts';
export { traceKey } from './interceptors/trace-calls.ts';
export { createReflectionService, type ServedService } from './reflection-service.ts';
export { type ErrorTranslator, internalError, invalidArgument, rpcError, toStatus } from './rpc-error.ts';
export type { CallContext, ServiceImplementation } from './service-implementation.ts';
export { createUpstreamCheck } from './upstream-check.ts';
