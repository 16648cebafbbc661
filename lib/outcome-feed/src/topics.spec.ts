import { expect } from 'chai';
import type { FoundOutcome } from './feed-source.ts';
import { EVERYTHING, type OutcomeFilter } from './outcome-filter.ts';
import { RecentOutcomes } from './recent-outcomes.ts';
import { positionAt } from './testing/scripted-source.ts';
import { Topic } from './topic.ts';
import { Topics } from './topics.ts';

const recent = new RecentOutcomes<string>(positionAt([0, 0]), { maxOutcomes: 1, maxBytes: 1 });
const topicOf = (filter: Partial<OutcomeFilter>) => new Topic({ ...EVERYTHING, ...filter }, recent, () => {});
const outcomeOf = (store: string, ...labels: string[]): FoundOutcome<string> => ({
  tenant: 'default',
  ...{ value: '', store, labels, status: 'PROCESSED', sizeBytes: 1 },
});

describe('Topics', () => {
  let topics: Topics<string>;

  beforeEach(() => {
    topics = new Topics();
  });

  function added(filter: Partial<OutcomeFilter>): Topic<string> {
    const topic = topicOf(filter);
    topics.add(topic);
    return topic;
  }

  it('find the topic of a filter, and no other', () => {
    const filters = [
      {},
      { statuses: ['FAILED'] as const },
      { stores: ['a'] },
      { stores: ['a', 'b'] },
      { labels: ['a'] },
      { labels: ['a', 'b'] },
      { stores: ['a'], labels: ['b'] },
      { stores: ['a', 'b', 'c'] },
      { stores: ['a', 'b,c'] },
    ];
    const expected = filters.map(added);
    expect(filters.map(filter => topics.find({ ...EVERYTHING, ...filter }))).to.deep.equal(expected);
    expect(topics.find({ ...EVERYTHING, stores: ['b'] })).to.equal(undefined);
  });

  it('are met by an outcome once each, whatever of it they name', () => {
    const all = added({});
    const stores = added({ stores: ['a', 'b', 'k=v'] });
    const label = added({ labels: ['k=v'] });
    const both = added({ stores: ['a'], labels: ['k=v', 'l='] });
    added({ stores: ['c'] });
    added({ labels: ['k=v', 'm='] });
    expect(topics.matching(outcomeOf('a', 'k=v', 'l='))).to.have.members([all, stores, label, both]);
    expect(topics.matching(outcomeOf('b'))).to.have.members([all, stores]);
  });

  it('are met by what is of their tenant alone, or of anybody', () => {
    const [acme, everybody] = [added({ tenant: 'acme', stores: ['a'] }), added({ stores: ['a'] })];
    added({ tenant: 'default', stores: ['a'] });
    const outcome = { ...outcomeOf('a'), tenant: 'acme' };
    expect(topics.matching(outcome)).to.have.members([acme, everybody]);
    topics.delete(acme);
    expect(topics.matching(outcome)).to.have.members([everybody]);
  });

  it('are gone from wherever they were once they are deleted, and leave the others', () => {
    const filters = [{}, { stores: ['a', 'b', 'c'] }, { labels: ['k=v', 'l='] }, { stores: ['b'], labels: ['k=v'] }];
    const [first, ...others] = filters.map(added) as [Topic<string>, ...Topic<string>[]];
    for (const topic of others) topics.delete(topic);
    for (const store of ['a', 'b', 'c']) {
      expect(topics.matching(outcomeOf(store, 'k=v', 'l='))).to.deep.equal([first]);
    }
    topics.delete(first);
    expect(topics.matching(outcomeOf('a'))).to.deep.equal([]);
  });
});
