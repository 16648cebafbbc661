export { ChannelTransport } from './channel-transport.ts';
export { GrpcServer } from './grpc-server.ts';
export { createHealthService } from './health-service.ts';
export { type ErrorTranslator, internalError, invalidArgument, rpcError, toStatus } from './rpc-error.ts';
export type { ServiceImplementation } from './service-implementation.ts';
