import { Code, type ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema, RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { expect } from 'chai';
import { OutcomeFeedError } from '../outcome-feed-error.ts';
import { translateFeedError } from './feed-rpc-error.ts';
import { encodeResumeToken } from './resume-token.ts';

const position = { outcomes: { sequence: 3, createdMs: 1 }, quarantine: { sequence: 4, createdMs: 2 } };

describe('translateFeedError', () => {
  it('names the token to go on from, for people and for programs', () => {
    const error = translateFeedError(new OutcomeFeedError('WATCH_FELL_BEHIND', 'slow', { position })) as ConnectError;
    const token = encodeResumeToken(position);
    expect(error.code).to.equal(Code.OutOfRange);
    expect(error.rawMessage).to.contain(token);
    expect(error.findDetails(ErrorInfoSchema)[0]).to.deep.include({
      reason: 'WATCH_FELL_BEHIND',
      metadata: { resume_token: token },
    });
  });

  it('says when to try again where that helps', () => {
    const error = translateFeedError(new OutcomeFeedError('OUTCOMES_LOST', 'gone')) as ConnectError;
    expect(error.code).to.equal(Code.Unavailable);
    expect(error.findDetails(RetryInfoSchema)).to.have.lengthOf(1);
  });

  it('leaves other errors to others', () => {
    expect(translateFeedError(new Error('x'))).to.equal(undefined);
  });
});
