import { CAMERAS, STORES } from './fill-alerts.ts';

/** What a person or a console asks for. */
export interface ReadingQuery {
  readonly name: string;
  /** The path and query of a GET at the gateway, each time with other values. */
  readonly url: () => string;
  /** If it isn't that of all others. */
  readonly maxP99Ms?: number;
  /** Absent: it does. */
  readonly asksPostgres?: false;
}

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
const BIG = 300_000_000;

/** Uids and videos of rows that are there, drawn at random. */
export interface SampleRow {
  readonly uid: string;
  readonly video: string;
  /** A label that no other alert has. */
  readonly rareLabel: string;
}

export function readingQueries(samples: readonly SampleRow[]): readonly ReadingQuery[] {
  const sample = () => pick(samples);
  const now = Date.now() / 1_000;
  const list = (...parameters: readonly string[]) =>
    `/v1/alerts?order_by=${pick(['timestamp', 'timestamp%20desc'])}&${parameters.join('&')}`;
  const received = (...parameters: readonly string[]) =>
    `/v1/alerts?order_by=${pick(['received_at', 'received_at%20desc'])}&${parameters.join('&')}`;
  const store = () => `stores=store-${integer(STORES)}`;
  const window = (seconds: number, prefix = '') => {
    const since = now - seconds - Math.random() * 50 * DAY_SECONDS;
    return `${prefix}since=${since}&${prefix}until=${since + seconds}`;
  };
  const camera = () => `labels=camera=${integer(CAMERAS)}`;
  return [
    // What the machine and the gateway take of the time of all others.
    { name: 'nothing: a page that the gateway has', url: () => '/', asksPostgres: false },
    { name: 'one alert', url: () => `/v1/alerts/${sample().uid}` },
    { name: 'the latest, or the oldest', url: () => list() },
    { name: 'a thousand of the latest, or the oldest', url: () => list('page_size=1000'), maxP99Ms: 250 },
    { name: 'of a store', url: () => list(store()) },
    { name: 'of five stores', url: () => list(...Array.from({ length: 5 }, store)) },
    { name: 'in a status', url: () => list(`statuses=${pick(['RECEIVED', 'PROCESSED', 'FAILED', 'QUARANTINED'])}`) },
    { name: 'of a store that failed', url: () => list(store(), 'statuses=FAILED&statuses=QUARANTINED') },
    { name: 'with a common failure code', url: () => list('failure_codes=NOT_A_VIDEO') },
    { name: 'with a rare failure code', url: () => list('failure_codes=DECODER_CRASHED') },
    { name: 'of a store with a failure code', url: () => list(store(), 'failure_codes=NOT_A_VIDEO') },
    { name: 'with a codec', url: () => list(`codecs=${pick(['h264', 'hevc', 'mjpeg', 'vp9', 'prores'])}`) },
    { name: 'of a store with a rare codec', url: () => list(store(), 'codecs=vp9') },
    { name: 'of a size', url: () => list(`min_size_bytes=${integer(BIG)}&max_size_bytes=${BIG}`) },
    { name: 'of a store, large', url: () => list(store(), `min_size_bytes=${1_000_000_000}`) },
    { name: 'of an hour', url: () => list(window(HOUR_SECONDS)) },
    { name: 'of a day and a store', url: () => list(window(DAY_SECONDS), store()) },
    { name: 'of a day with a codec, failed or not', url: () => list(window(DAY_SECONDS), 'codecs=mjpeg') },
    { name: 'by receipt', url: () => received() },
    { name: 'by receipt, of a store', url: () => received(store()) },
    { name: 'received in an hour, failed', url: () => received(window(HOUR_SECONDS, 'received_'), 'statuses=FAILED') },
    { name: 'received in a day, of a store', url: () => list(window(DAY_SECONDS, 'received_'), store()) },
    { name: 'with a common label', url: () => list(camera()) },
    { name: 'with two labels', url: () => list(camera(), 'labels=zone=till') },
    { name: 'with a rare label', url: () => list(`labels=${sample().rareLabel}`) },
    { name: 'of a store with a label', url: () => list(store(), camera()) },
    { name: 'of a video', url: () => list(`video=${sample().video}`) },
    { name: 'counts of an hour', url: () => `/v1/alerts:summary?${window(HOUR_SECONDS)}` },
    { name: 'counts of a day', url: () => `/v1/alerts:summary?${window(DAY_SECONDS)}` },
    { name: 'counts of a week', url: () => `/v1/alerts:summary?${window(7 * DAY_SECONDS)}` },
    { name: 'counts of thirty days', url: () => `/v1/alerts:summary?${window(30 * DAY_SECONDS)}` },
    {
      name: 'counts of thirty days, of a store',
      url: () => `/v1/alerts:summary?${window(30 * DAY_SECONDS)}&${store()}`,
    },
    { name: 'counts of all there is', url: () => '/v1/alerts:summary' },
  ];
}

function pick<T>(values: readonly T[]): T {
  return values[integer(values.length)] as T;
}

/** From 0 on, below `end`. */
function integer(end: number): number {
  return Math.floor(Math.random() * end);
}
