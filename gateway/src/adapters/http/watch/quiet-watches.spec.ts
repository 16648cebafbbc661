import { create } from '@bufbuild/protobuf';
import type { FeedEvent, FeedPosition, FeedSource } from '@vigie/outcome-feed';
import { encodeResumeToken } from '@vigie/outcome-feed/wire';
import { WatchAlertsRequestSchema, type WatchAlertsResponse } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { HttpListener } from '@vigie/service-kit/http-listener';
import { createLogger, createMetrics } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { readLines } from '../../../testing/read-lines.ts';
import { httpMetrics } from '../http-metrics.ts';
import { createRequestListener } from '../serve-exchange.ts';
import { httpBindings } from '../transcoder/http-binding.ts';
import { chooseStreamFormat } from '../transcoder/stream-format.ts';
import { RestWatchFormats } from './rest-watch-format.ts';
import { watchMetrics } from './watch-metrics.ts';
import { Watches } from './watches.ts';

const positionAt = (sequence: number): FeedPosition => {
  return { outcomes: { sequence, createdMs: 1 }, quarantine: { sequence: 0, createdMs: 1 } };
};

/** Outcomes of other stores come and come, none of the store that is watched. */
class OthersOutcomes implements FeedSource<WatchAlertsResponse> {
  async *follow(signal: AbortSignal): AsyncIterable<FeedEvent<WatchAlertsResponse>> {
    for (let sequence = 0; !signal.aborted; sequence++) {
      yield { position: positionAt(sequence) };
      await new Promise(setImmediate);
    }
  }

  async *catchUp(): AsyncIterable<FeedEvent<WatchAlertsResponse>> {}
}

/** Serves watches of a store, over REST, with a beat of this length. */
async function serveWatches(heartbeatMs: number) {
  const logger = createLogger('spec', 'silent');
  const metrics = createMetrics('spec');
  const stopping = new AbortController();
  const watches = new Watches({
    source: new OthersOutcomes(),
    feedOptions: {
      recent: { maxOutcomes: 4, maxBytes: 1_000 },
      maxCatchUps: 1,
      maxReaderWaitMs: 1_000,
      lingerMs: 0,
    },
    admit: async () => {},
    logger,
    metrics: watchMetrics(metrics),
    heartbeatMs,
    stopping: stopping.signal,
  });
  const [binding] = httpBindings(watches.method);
  if (binding === undefined) throw new Error('WatchAlerts has no route.');
  const formats = new RestWatchFormats(binding, logger);
  const request = create(WatchAlertsRequestSchema, { store: 'quiet' });
  const listener = new HttpListener({
    listener: createRequestListener({
      handle: exchange => {
        const format = formats.of(chooseStreamFormat(exchange.request.headers.accept));
        return watches.open(exchange, request, format, undefined);
      },
      logger,
      metrics: httpMetrics(metrics),
      sendTimeoutMs: 10_000,
    }),
    lameDuckMs: 0,
    shutdownGraceMs: 500,
  });
  const url = `http://127.0.0.1:${await listener.listen('127.0.0.1', 0)}`;
  return {
    lines: async (accept: string) => readLines(await fetch(url, { headers: { accept } })),
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('over'));
      await listener[Symbol.asyncDispose]();
    },
  };
}

describe('a watch that gets no outcome', () => {
  it('gets heartbeats, where its format has some', async () => {
    await using server = await serveWatches(15);
    let beats = 0;
    for await (const line of await server.lines('text/event-stream')) if (line === ':' && ++beats === 3) break;
    expect(beats).to.equal(3);
  });

  it('gets newer resume tokens from time to time, so that it can always go on', async () => {
    await using server = await serveWatches(15);
    const tokens: string[] = [];
    for await (const line of await server.lines('*/*')) {
      const message = JSON.parse(line) as { resumeToken: string };
      expect(message).to.have.all.keys('resumeToken');
      tokens.push(message.resumeToken);
      if (tokens.length === 3) break;
    }
    expect(new Set(tokens).size).to.equal(3);
    expect(tokens[0]).to.equal(encodeResumeToken(positionAt(0)));
  });
});
