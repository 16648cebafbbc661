import { once } from 'node:events';
import { connect } from 'node:http2';
import { create } from '@bufbuild/protobuf';
import { SERVICE_IDENTITY } from '@vigie/access';
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
import type { WatchFormat } from './watch-format.ts';
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

/** Nothing comes, not even of others. */
class NobodysOutcomes extends OthersOutcomes {
  override async *follow(signal: AbortSignal): AsyncIterable<FeedEvent<WatchAlertsResponse>> {
    yield { position: positionAt(7) };
    await once(signal, 'abort');
  }
}

/**
 * Serves watches of a store, over REST, with a beat of this length.
 *
 * @param change makes another format of theirs
 */
async function serveWatches(
  heartbeatMs: number,
  change = (format: WatchFormat) => format,
  source: FeedSource<WatchAlertsResponse> = new OthersOutcomes(),
) {
  const logger = createLogger('spec', 'silent');
  const metrics = createMetrics('spec');
  const stopping = new AbortController();
  const watches = new Watches({
    source,
    feedOptions: {
      recent: { maxOutcomes: 4, maxBytes: 1_000 },
      maxCatchUps: 1,
      maxReaderWaitMs: 1_000,
      progressMs: 1_000,
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
  const request = create(WatchAlertsRequestSchema, { stores: ['quiet'] });
  const listener = new HttpListener({
    listener: createRequestListener({
      handle: exchange => {
        const format = change(formats.of(chooseStreamFormat(exchange.request.headers.accept)));
        exchange.identity = SERVICE_IDENTITY;
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
    url,
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

  it('gets heartbeats over NDJSON too: lines with the latest resume token, after one that says that it has begun', async () => {
    const source = new NobodysOutcomes();
    await using server = await serveWatches(15, undefined, source);
    const seen: { event: string; resumeToken: string }[] = [];
    for await (const line of await server.lines('*/*')) {
      seen.push(JSON.parse(line));
      if (seen.length === 3) break;
    }
    const resumeToken = encodeResumeToken(positionAt(7));
    expect(seen).to.deep.equal([
      { event: 'READY', resumeToken },
      { event: 'PROGRESS', resumeToken },
      { event: 'PROGRESS', resumeToken },
    ]);
  });

  it('takes its turn with its beat, however many have theirs at the same time', async () => {
    const watches = 600;
    let turn = 0;
    let areAllOpen = false;
    const beatsByTurn = new Map<number, number>();
    // Every beat takes a millisecond to write.
    const slowBeats = (format: WatchFormat): WatchFormat => ({
      ...format,
      get heartbeat() {
        if (areAllOpen) {
          beatsByTurn.set(turn, (beatsByTurn.get(turn) ?? 0) + 1);
          for (const endsAt = performance.now() + 1; performance.now() < endsAt; );
        }
        return format.heartbeat;
      },
    });
    await using server = await serveWatches(1_500, slowBeats);
    using stack = new DisposableStack();
    const session = connect(server.url);
    stack.defer(() => session.destroy());
    const open = () => once(session.request({ ':path': '/', accept: 'text/event-stream' }), 'data');
    await Promise.all(Array.from({ length: watches }, open));
    areAllOpen = true;
    while (beatsByTurn.values().reduce((sum, beats) => sum + beats, 0) < watches) {
      turn++;
      await new Promise(setImmediate);
    }
    // Of those 40 whose beat is due at the same tick.
    expect(Math.max(...beatsByTurn.values())).to.be.lessThan(30);
  });

  it('gets newer resume tokens from time to time, so that it can always go on', async () => {
    await using server = await serveWatches(15);
    const tokens: string[] = [];
    for await (const line of await server.lines('*/*')) {
      const message = JSON.parse(line) as { resumeToken: string };
      expect(message).to.have.all.keys('resumeToken', 'event');
      tokens.push(message.resumeToken);
      if (tokens.length === 3) break;
    }
    expect(new Set(tokens).size).to.equal(3);
    expect(tokens[0]).to.equal(encodeResumeToken(positionAt(0)));
  });
});
