import { expect } from 'chai';
import { mapGroups } from './map-groups.ts';

describe('mapGroups', () => {
  it('works on what belongs together, and answers in the order of the items', async () => {
    const groups: string[][] = [];
    const results = await mapGroups(
      ['b1', 'a1', 'b2', 'c1', 'a2'],
      ([key]) => key,
      async (group, key) => {
        groups.push([...group]);
        return group.map(item => `${key}:${item}`);
      },
    );
    expect(groups).to.deep.equal([['b1', 'b2'], ['a1', 'a2'], ['c1']]);
    expect(results).to.deep.equal(['b:b1', 'a:a1', 'b:b2', 'c:c1', 'a:a2']);
  });

  it('fails if a group does', async () => {
    const failing = mapGroups(
      [1, 2],
      item => item,
      async () => {
        throw new Error('away');
      },
    );
    expect(await failing.catch(error => error.message)).to.equal('away');
  });

  it('has nothing to do for nothing', async () => {
    expect(await mapGroups([], String, async () => [])).to.deep.equal([]);
  });
});
