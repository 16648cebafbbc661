import { once } from 'node:events';
import { Code, ConnectError, createRouterTransport } from '@connectrpc/connect';
import { AlertIndexService } from '@vigie/proto/vigie/internal/alert/v1/alert_index_service_pb.ts';
import { createLogger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { StoreRecordedAlerts } from './store-recorded-alerts.ts';

describe('StoreRecordedAlerts', () => {
  const asked: string[][] = [];
  /** Whose alerts were asked for each time. */
  const askedFor: (string | null)[] = [];
  let answer: (uids: readonly string[], signal: AbortSignal) => Promise<string[]>;

  const transport = createRouterTransport(({ service }) => {
    service(AlertIndexService, {
      async findAlerts({ uids }, { signal, requestHeader }) {
        asked.push([...uids]);
        askedFor.push(requestHeader.get('vigie-tenant'));
        const found = await answer(uids, signal);
        return { alerts: found.map(uid => ({ uid, contentHash: `of-${uid}` })) };
      },
    });
  });
  const open = (restMs: number, timeoutMs = 60_000) =>
    new StoreRecordedAlerts({ transport, logger: createLogger('spec', 'silent'), restMs, timeoutMs });

  const nameOf = (uid: string) => ({ tenant: 'default', uid });

  beforeEach(() => {
    asked.length = 0;
    askedFor.length = 0;
    answer = async uids => uids.filter(uid => uid !== 'new');
  });

  it('asks for those that come together at once, each uid once', async () => {
    const alerts = open(0);
    const found = await Promise.all(['a', 'new', 'a', 'b'].map(uid => alerts.findContent(nameOf(uid))));
    expect(found).to.deep.equal(['of-a', undefined, 'of-a', 'of-b']);
    expect(asked).to.deep.equal([['a', 'new', 'b']]);
  });

  it('asks for those of each tenant apart, and tells them apart', async () => {
    const alerts = open(0);
    const names = ['acme', 'default', 'acme'].map((tenant, index) => ({ tenant, uid: index < 2 ? 'a' : 'new' }));
    expect(await alerts.findContents(names)).to.deep.equal(['of-a', 'of-a', undefined]);
    expect(asked).to.deep.equal([['a', 'new'], ['a']]);
    expect(askedFor).to.deep.equal(['acme', 'default']);
  });

  it('asks for whole batches together, and lets none alone wait behind them', async () => {
    const gate = Promise.withResolvers<void>();
    answer = async uids => {
      if (uids.length > 1) await gate.promise;
      return uids.filter(uid => uid !== 'new');
    };
    const alerts = open(0);
    const batches = [['b', 'new'], ['c']].map(uids => alerts.findContents(uids.map(nameOf)));
    expect(await alerts.findContent(nameOf('a'))).to.equal('of-a');
    gate.resolve();
    expect(await Promise.all(batches)).to.deep.equal([['of-b', undefined], ['of-c']]);
    expect(asked).to.deep.equal([['b', 'new', 'c'], ['a']]);
  });

  it('knows nothing while the store is away, and does not ask it again at once', async () => {
    answer = async () => {
      throw new ConnectError('away', Code.Unavailable);
    };
    const alerts = open(60_000);
    expect(await alerts.findContent(nameOf('a'))).to.equal(undefined);
    expect(await alerts.findContent(nameOf('b'))).to.equal(undefined);
    expect(await alerts.findContents(['c', 'd'].map(nameOf))).to.deep.equal([undefined, undefined]);
    expect(asked).to.deep.equal([['a']]);
  });

  it('asks again later', async () => {
    answer = async () => {
      throw new ConnectError('away', Code.Unavailable);
    };
    const alerts = open(0);
    expect(await alerts.findContent(nameOf('a'))).to.equal(undefined);
    answer = async uids => [...uids];
    expect(await alerts.findContent(nameOf('a'))).to.equal('of-a');
  });

  it('waits no longer than it may for a store that is frozen', async () => {
    answer = async (_uids, signal) => {
      await once(signal, 'abort');
      return [];
    };
    expect(await open(60_000, 20).findContent(nameOf('a'))).to.equal(undefined);
  });
});
