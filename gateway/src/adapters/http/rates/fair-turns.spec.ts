import { expect } from 'chai';
import { FairTurns } from './fair-turns.ts';

describe('FairTurns', () => {
  /** The callers in the order in which their calls begin. */
  async function orderOf(callers: readonly string[]): Promise<string> {
    const turns = new FairTurns();
    const begun: string[] = [];
    await Promise.all(
      callers.map(async caller => {
        const turn = turns.take(caller);
        if (turn !== undefined) await turn;
        begun.push(caller);
      }),
    );
    return begun.join('');
  }

  it('have few calls begin at once, in the order in which they came', async () => {
    const turns = new FairTurns();
    // The first is alone still.
    const taken = [...'abca'].map(caller => turns.take(caller));
    expect(taken.map(turn => turn === undefined)).to.deep.equal([true, true, true, false]);
    await taken[3];
    expect(turns.take('a')).to.equal(undefined);
  });

  it('give each caller its turn, however many calls another has sent before', async () => {
    expect(await orderOf([...'baaaaaaaaaabbc'])).to.equal('baaabcabaaaaaa');
  });

  it('let a caller that is alone begin all of its calls at once', async () => {
    const turns = new FairTurns();
    for (let index = 0; index < 100; index++) expect(turns.take('a')).to.equal(undefined);
  });

  it('begin every call', async () => {
    const callers = Array.from({ length: 1_000 }, (_, index) => String.fromCharCode(97 + (index % 7)));
    expect([...(await orderOf(callers))].toSorted()).to.deep.equal(callers.toSorted());
  });
});
