import { expect } from 'chai';
import fc from 'fast-check';
import { ConnectionTable, type TabledConnection } from './connection-table.ts';

class FakeConnection implements TabledConnection {
  readonly caller: string;
  readonly isProxy: boolean;
  isClosed = false;

  constructor(caller: string, isProxy = false) {
    this.caller = caller;
    this.isProxy = isProxy;
  }

  close(): void {
    this.isClosed = true;
  }
}

describe('ConnectionTable', () => {
  it('closes the connection that has been idle for longest to make room, and none with a request', () => {
    const table = new ConnectionTable<FakeConnection>({ maxConnections: 3, maxConnectionsPerCaller: 3 });
    const [first, second, third, fourth] = ['a', 'b', 'a', 'c', 'd'].map(caller => new FakeConnection(caller));
    if (!first || !second || !third || !fourth) throw new Error();
    for (const each of [first, second, third]) table.add(each, 0);
    table.begin(first);
    expect(table.add(fourth, 1)).to.equal(true);
    expect([first, second, third, fourth].map(({ isClosed }) => isClosed)).to.deep.equal([false, true, false, false]);
    for (const each of [third, fourth]) table.begin(each);
    expect(table.add(new FakeConnection('e'), 2)).to.equal(false);
    table.end(third, 3);
    expect(table.add(new FakeConnection('e'), 4)).to.equal(true);
    expect(third.isClosed).to.equal(true);
  });

  it('makes room among the connections of a caller that has too many', () => {
    const table = new ConnectionTable<FakeConnection>({ maxConnections: 9, maxConnectionsPerCaller: 2 });
    const [other, ...own] = ['b', 'a', 'a', 'a'].map(caller => new FakeConnection(caller));
    for (const each of [other, ...own]) table.add(each as FakeConnection, 0);
    expect(own.map(({ isClosed }) => isClosed)).to.deep.equal([true, false, false]);
    expect(other?.isClosed).to.equal(false);
    for (const each of own.slice(1)) table.begin(each);
    expect(table.add(new FakeConnection('a'), 1)).to.equal(false);
    expect(table.add(new FakeConnection('b'), 1)).to.equal(true);
  });

  it('lets a proxy have as many as there is room for', () => {
    const table = new ConnectionTable<FakeConnection>({ maxConnections: 3, maxConnectionsPerCaller: 1 });
    const own = [1, 2, 3].map(() => new FakeConnection('proxy', true));
    for (const each of own) expect(table.add(each, 0)).to.equal(true);
    expect(own.some(({ isClosed }) => isClosed)).to.equal(false);
    expect(table.add(new FakeConnection('a'), 1)).to.equal(true);
    expect(own.map(({ isClosed }) => isClosed)).to.deep.equal([true, false, false]);
  });

  it('finds those that are idle since a moment', () => {
    const table = new ConnectionTable<FakeConnection>({ maxConnections: 9, maxConnectionsPerCaller: 9 });
    const [early, busy, late] = ['1', '2', '3'].map(caller => new FakeConnection(caller)) as [
      FakeConnection,
      FakeConnection,
      FakeConnection,
    ];
    for (const [index, each] of [early, busy, late].entries()) table.add(each, index);
    table.begin(busy);
    expect([...table.idleSince(1)]).to.deep.equal([early]);
    table.end(busy, 5);
    expect([...table.idleSince(5)]).to.deep.equal([early, late, busy]);
    expect(table.isIdle(busy)).to.equal(true);
  });

  it('stays within its bounds, whatever comes and goes', () => {
    const bounds = { maxConnections: 5, maxConnectionsPerCaller: 3 };
    const command = fc.record({ do: fc.constantFrom('add', 'remove', 'begin', 'end'), which: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), commands => {
        const table = new ConnectionTable<FakeConnection>(bounds);
        const requests = new Map<FakeConnection, number>();
        for (const [now, { do: what, which }] of commands.entries()) {
          const connection = [...requests.keys()][which % Math.max(1, requests.size)];
          if (what === 'add') {
            const added = new FakeConnection(`${which % 3}`);
            if (table.add(added, now)) requests.set(added, 0);
          } else if (connection === undefined) continue;
          else if (what === 'begin') {
            table.begin(connection);
            requests.set(connection, (requests.get(connection) ?? 0) + 1);
          } else if (what === 'end' && (requests.get(connection) ?? 0) > 0) {
            table.end(connection, now);
            requests.set(connection, (requests.get(connection) ?? 0) - 1);
          } else if (what === 'remove') {
            table.remove(connection);
            requests.delete(connection);
          }
          for (const [each, count] of requests) {
            if (!each.isClosed) continue;
            expect(count).to.equal(0);
            requests.delete(each);
          }
          expect(table.size).to.equal(requests.size);
          expect(table.size).to.be.at.most(bounds.maxConnections);
          for (const [each, count] of requests) expect(table.isIdle(each)).to.equal(count === 0);
          for (const caller of ['0', '1', '2']) {
            expect([...table].filter(each => each.caller === caller).length).to.be.at.most(3);
          }
        }
      }),
    );
  });
});
