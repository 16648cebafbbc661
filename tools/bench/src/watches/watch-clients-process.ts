/** Opens watches at a gateway, half of them over gRPC and half over REST, and notes which outcomes each gets. */
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { poll } from '@vigie/service-kit/async';
import { storeOfWatch } from './watch-filters.ts';

export interface ClientRequest {
  readonly uidsByStore: Readonly<Record<string, readonly string[]>>;
}

export type ClientReply = { readonly kind: 'open' } | { readonly kind: 'counted'; readonly counts: WatchCounts };

export interface WatchCounts {
  /** Outcomes that watches got, each once. */
  readonly received: number;
  /** Watches that lack an outcome, or have ended. */
  readonly incomplete: number;
}

const STREAMS_A_CONNECTION = 500;
/** Opened at once. */
const BATCH = 100;
const PATIENCE_MS = 60_000;
const POLL_MS = 200;
/** `watched-` and a number of eight digits, as in `AlertFlow`. */
const UID = /watched-\d{8}/g;
const UID_LENGTH = 'watched-00000000'.length;

class Watch {
  readonly store: string | undefined;
  readonly uids = new Set<string>();
  readonly begun: Promise<unknown>;
  readonly #stream: ClientHttp2Stream;
  #tail = '';

  constructor(session: ClientHttp2Session, index: number) {
    this.store = storeOfWatch(index);
    this.#stream = index % 2 === 0 ? openGrpc(session, this.store) : openRest(session, this.store);
    this.#stream.on('error', error => console.error(`watch ${index}: ${error.message}`));
    this.begun = once(this.#stream, 'data');
    this.#stream.on('data', (chunk: Buffer) => this.#note(chunk.toString('latin1')));
  }

  hasAll({ uidsByStore }: ClientRequest): boolean {
    const expected = this.store === undefined ? Object.values(uidsByStore).flat() : (uidsByStore[this.store] ?? []);
    return !this.#stream.closed && expected.every(uid => this.uids.has(uid));
  }

  #note(text: string): void {
    const seen = this.#tail + text;
    for (const [uid] of seen.matchAll(UID)) this.uids.add(uid);
    this.#tail = seen.slice(1 - UID_LENGTH);
  }
}

function openGrpc(session: ClientHttp2Session, store = ''): ClientHttp2Stream {
  // One of `stores`, field 4, of fewer than 128 bytes.
  const message = store === '' ? Buffer.alloc(0) : Buffer.from([0x22, store.length, ...Buffer.from(store)]);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/vigie.alert.v1.AlertService/WatchAlerts',
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.end(Buffer.concat([prefix, message]));
  return stream;
}

function openRest(session: ClientHttp2Session, store: string | undefined): ClientHttp2Stream {
  return session.request({ ':path': `/v1/alerts:watch${store === undefined ? '' : `?stores=${store}`}` });
}

async function openWatches(gatewayUrl: string, count: number): Promise<Watch[]> {
  const watches: Watch[] = [];
  let session: ClientHttp2Session | undefined;
  while (watches.length < count) {
    if (session === undefined || watches.length % STREAMS_A_CONNECTION === 0) {
      session = connect(gatewayUrl);
      await once(session, 'remoteSettings');
    }
    const current = session;
    const length = Math.min(BATCH, count - watches.length);
    const batch = Array.from({ length }, (_, index) => new Watch(current, watches.length + index));
    await Promise.all(batch.map(({ begun }) => begun));
    watches.push(...batch);
  }
  return watches;
}

async function countOutcomes(watches: readonly Watch[], request: ClientRequest): Promise<WatchCounts> {
  const areComplete = () => watches.every(watch => watch.hasAll(request));
  await poll(() => areComplete() || undefined, { intervalMs: POLL_MS, timeoutMs: PATIENCE_MS });
  return {
    received: watches.reduce((sum, { uids }) => sum + uids.size, 0),
    incomplete: watches.filter(watch => !watch.hasAll(request)).length,
  };
}

function reply(message: ClientReply): void {
  process.send?.(message);
}

const [gatewayUrl = '', count] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
const watches = await openWatches(gatewayUrl, Number(count));
process.on('message', (request: ClientRequest) => {
  void countOutcomes(watches, request).then(counts => reply({ kind: 'counted', counts }));
});
reply({ kind: 'open' });
