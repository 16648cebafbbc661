import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { ensureStreams } from '@vigie/alert/streams';
import type { NatsServer } from '@vigie/dev-env/servers';
import { startScratchNatsCluster, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { pino } from 'pino';
import { awaitJetStream } from './await-jetstream.ts';
import { readNatsUrl } from './nats-url.ts';

describe('awaitJetStream', () => {
  let owned: AsyncDisposableStack;
  let survivor: NatsServer;
  let others: NatsServer[];
  let manager: JetStreamManager;
  let lines: { level: number; msg: string }[];

  beforeEach(async () => {
    owned = new AsyncDisposableStack();
    const cluster = await startScratchNatsCluster(owned);
    [survivor, ...others] = cluster.servers as [NatsServer, ...NatsServer[]];
    const connection = await connect(readNatsUrl(survivor.url));
    owned.defer(() => connection.close());
    manager = await jetstreamManager(connection);
    lines = [];
  });
  afterEach(() => owned.disposeAsync());

  const logger = () => pino({}, { write: line => void lines.push(JSON.parse(line)) });
  const ask = () => ensureStreams(manager, { maxBytes: 100_000, replicas: 1 });

  it('waits for a majority of the servers, and says so once', async () => {
    for (const server of others) server.kill('SIGKILL');
    await Promise.all(others.map(server => server.waitUntilExited()));
    const asking = awaitJetStream(ask, logger());
    await waitFor('the log', () => (lines.length > 0 ? true : undefined));
    await Promise.all(others.map(server => server.start()));
    expect(await asking).to.deep.equal([]);
    expect(lines.map(({ level, msg }) => [level, msg])).to.deep.equal([
      [40, 'JetStream is not available, waiting for it'],
    ]);
  });

  it('fails with any other refusal', async () => {
    const tooMany = () => ensureStreams(manager, { maxBytes: 100_000, replicas: 5 });
    const error = await awaitJetStream(tooMany, logger()).catch(error => error);
    expect(error).to.property('name', 'JetStreamApiError');
    expect(lines).to.deep.equal([]);
  });
});
