import { Code, ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { invalidArgument } from '@vigie/service-kit/grpc';
import { expect } from 'chai';
import { toClientError } from './upstream-error.ts';

describe('toClientError', () => {
  it("gives each error of a channel a reason, and passes a service's own on as it is", () => {
    const reasonOf = (code: Code) =>
      toClientError(new ConnectError('of the channel', code)).findDetails(ErrorInfoSchema)[0]?.reason;
    expect(
      [Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted, Code.Internal].map(reasonOf),
    ).to.deep.equal(['UPSTREAM_UNREACHABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'INTERNAL']);
    const own = invalidArgument([{ field: 'uid', description: 'is required' }]);
    expect(toClientError(own)).to.equal(own);
  });
});
