import { expect } from 'chai';
import { type Breach, findFailures } from './breach.ts';

describe('findFailures', () => {
  const lost: Breach = { kind: 'lost', uid: 'a', detail: 'there is no row' };
  const outOfOrder: Breach = { kind: 'out-of-order', uid: 'b', detail: 'the later one stands' };

  it('tolerates two contents that are out of order, unless it is strict', () => {
    expect(findFailures([lost, outOfOrder], false)).deep.equal([lost]);
    expect(findFailures([lost, outOfOrder], true)).deep.equal([lost, outOfOrder]);
  });
});
