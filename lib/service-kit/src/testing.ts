export { aborted, accepted, collect, failure, yieldAll } from './grpc/testing/rpc-outcome.ts';
