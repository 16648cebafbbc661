export { stopwatchBy } from './async/testing/stopwatch-by.ts';
export { aborted, accepted, collect, failure, yieldAll } from './grpc/testing/rpc-outcome.ts';
