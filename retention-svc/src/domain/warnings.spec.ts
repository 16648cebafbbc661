import { expect } from 'chai';
import { planTrim } from './plan-trim.ts';
import type { ConsumerProgress, StreamState } from './stream-state.ts';
import { findWarnings } from './warnings.ts';

const LAST = 10_000;
const consumer = (name: string, finishedThrough: number): ConsumerProgress => {
  return { name, finishedThrough, isDurable: true, hasUnfinished: finishedThrough < LAST };
};
const DONE = [consumer('record', LAST), consumer('probe', LAST)];

const stateWith = (bytes: number, consumers: readonly ConsumerProgress[]): StreamState => ({
  name: 'ALERTS',
  firstSequence: 1,
  lastSequence: LAST,
  messages: LAST,
  bytes,
  maxBytes: 100,
  serverTime: new Date(0),
  consumers,
});

function warningsOf(state: StreamState, windowStart: number, alsoAwaited: readonly string[] = []): string[] {
  const plan = planTrim(state, windowStart, ['record', 'probe', ...alsoAwaited]);
  return findWarnings(state, plan, windowStart).map(({ message }) => message);
}

describe('the warnings about a stream', () => {
  it('are none while all is well', () => {
    expect(warningsOf(stateWith(80, DONE), LAST)).to.deep.equal([]);
  });

  it('name an awaited consumer that is missing, once there is something to trim', () => {
    const state = stateWith(10, DONE.slice(0, 1));
    expect(warningsOf(state, 1)).to.deep.equal([]);
    expect(warningsOf(state, 2)[0]).to.match(/ALERTS isn't trimmed: its consumer probe is missing/);
  });

  it('name a consumer that holds many old messages back, not one of which some are tried again', () => {
    const state = stateWith(10, [...DONE.slice(0, 1), consumer('probe', 7_500), consumer('old-tool', 100)]);
    const warnings = warningsOf(state, 8_001, ['old-tool']);
    expect(warnings).to.lengthOf(1);
    expect(warnings[0]).to.match(/consumer old-tool holds 7900 messages back.*take it out of AWAITED_CONSUMERS/);
  });

  it('name a consumer that misses messages because nobody waits for it', () => {
    const warnings = warningsOf(stateWith(10, [...DONE, consumer('pager', 100)]), 8_001);
    expect(warnings).to.lengthOf(1);
    expect(warnings[0]).to.match(/consumer pager misses messages.*nats consumer rm ALERTS pager/);
  });

  const nearlyFull: [what: string, consumers: readonly ConsumerProgress[], advice: RegExp][] = [
    ['the settings, when all is finished', DONE, /81 % full.*raise STREAM_MAX_BYTES or shorten REPLAY_WINDOW_MS$/],
    ['the service that is missing', DONE.slice(1), /start the service that makes the consumer record$/],
    [
      'the consumer that lags',
      [...DONE.slice(0, 1), consumer('probe', 2_000)],
      /the consumer probe lags by 8000 messages/,
    ],
  ];
  for (const [what, consumers, advice] of nearlyFull) {
    it(`name ${what}, where the stream is nearly full`, () => {
      expect(warningsOf(stateWith(81, consumers), 1)).to.lengthOf(1);
      expect(warningsOf(stateWith(81, consumers), 1)[0]).to.match(advice);
    });
  }
});
