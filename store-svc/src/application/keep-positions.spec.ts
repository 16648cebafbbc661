import { expect } from 'chai';
import type { AlertStreamState, StreamVerdict } from '../domain/judge-stream.ts';
import { KeepPositions, type KeepPositionsParts } from './keep-positions.ts';

const IDENTITY = 'a stream';
const LAST_IN_ROWS = 10;

/** @param lengths of the stream, one for each check; nobody else lets this process move it */
function checking(...lengths: number[]) {
  const reported: StreamVerdict[] = [];
  const state = async (): Promise<AlertStreamState> => {
    const lastSequence = lengths.shift() as number;
    return { identity: IDENTITY, isOpen: true, firstSequence: 1, lastSequence, messages: lastSequence };
  };
  const parts = {
    stream: { state },
    stores: { lastPosition: async () => LAST_IN_ROWS },
    lease: { streamIdentity: async () => IDENTITY, hold: async () => undefined },
    reports: { judged: (verdict: StreamVerdict) => void reported.push(verdict), moved() {} },
  };
  return { keepPositions: new KeepPositions(parts as unknown as KeepPositionsParts), reported };
}

describe('KeepPositions', () => {
  const { signal } = new AbortController();

  it('does not call a stream lost that is shorter than the rows for a moment, as a former leader says', async () => {
    const { keepPositions, reported } = checking(10, 9, 9, 10, 9);
    for (let check = 0; check < 5; check++) await keepPositions.check(signal);
    expect(reported).to.deep.equal(['CURRENT', 'CURRENT']);
  });

  it('calls it lost once it has been so for three checks', async () => {
    const { keepPositions, reported } = checking(9, 9, 9);
    for (let check = 0; check < 3; check++) await keepPositions.check(signal);
    expect(reported).to.deep.equal(['BEHIND']);
  });

  it('calls an empty one lost at once', async () => {
    const { keepPositions, reported } = checking(0);
    await keepPositions.check(signal);
    expect(reported).to.deep.equal(['BEHIND']);
  });
});
