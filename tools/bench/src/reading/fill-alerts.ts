import { openPostgresSession, type PgClient } from '@vigie/dev-env/servers';

export const STORES = 400;
export const CAMERAS = 32;
const DAYS = 60;

/** Rows of one statement. */
const CHUNK = 250_000;

interface Index {
  readonly name: string;
  readonly definition: string;
}

/**
 * Fills the table with alerts of the last sixty days, as four hundred stores of very different size would have sent
 * them, in the order in which they came.
 *
 * @param url of Postgres as the owner of the schema
 */
export async function fillAlerts(url: string, rows: number, say: (line: string) => void): Promise<void> {
  const session = await openPostgresSession(url, 'vigie-bench');
  try {
    // Indexes are built faster than they grow.
    const indexes = (await session.query(
      `select indexname as name, indexdef as definition from pg_indexes
       where tablename = 'alerts' and indexname <> 'alerts_pkey'`,
    )) as { rows: unknown };
    for (const { name } of indexes.rows as Index[]) await session.query(`drop index ${name}`);
    for (let first = 0; first < rows; first += CHUNK) {
      await session.query(INSERT, [first, Math.min(rows, first + CHUNK) - 1, rows]);
      await session.query('select fold_alert_counts()');
      say(`  ${Math.min(rows, first + CHUNK)} rows`);
    }
    await session.query(`set maintenance_work_mem = '1GB'`);
    for (const { definition } of indexes.rows as Index[]) await session.query(definition);
    // Also when they are read again later: what is RECEIVED was never published, and is not lost.
    await session.query(`update maintenance set holder = 'vigie-bench', held_until = 'infinity'`);
    await vacuum(session);
  } finally {
    await session.end();
  }
}

/** As autovacuum does in time. */
async function vacuum(session: PgClient): Promise<void> {
  for (const table of ['alerts', 'alert_counts', 'alert_totals', 'alert_count_changes']) {
    await session.query(`vacuum (analyze) ${table}`);
  }
}

/** Of rows $1 to $2 of $3. Positions in the stream are 0: these alerts never were in it. */
const INSERT = `
with drawn as (
  select n,
    now() - (1 - n::float8 / $3::float8) * interval '${DAYS} days' as received_at,
    power(random(), 2) as store_draw, random() as lateness, random() as status_draw, random() as code_draw,
    random() as codec_draw, random() as size_draw, random() as label_draw
  from generate_series($1::bigint, $2::bigint) as n
), made as (
  select *, 'store-' || floor(store_draw * ${STORES}) as store,
    case when status_draw < 0.93 then 'PROCESSED' when status_draw < 0.98 then 'FAILED'
         when status_draw < 0.985 then 'QUARANTINED' else 'RECEIVED' end as status
  from drawn
)
insert into alerts (tenant, uid, video, timestamp, store, status, trace_id, received_at, alert_sequence, labels,
  failure_code, failure_message, container, size_bytes, video_codec, width, height, display_width, display_height,
  rotation, hdr, duration_seconds, duration_source, bit_rate, video_streams, cover_art_streams, audio_streams,
  truncated, moov_at_end, fragmented, attempts, bytes_read, requests, elapsed_ms, processed_at, sequence)
select 'default', gen_random_uuid()::text, '/videos/' || store || '/' || n || '.mp4',
  received_at - case when lateness < 0.01 then interval '6 hours' else interval '30 seconds' end * random(),
  store, status, md5(n::text), received_at, 0,
  case when label_draw < 0.001 then array['case=' || n]
       when label_draw < 0.7 then array['camera=' || n % ${CAMERAS}, 'zone=' || (array['till', 'door', 'stock'])[1 + n % 3]]
  end,
  case when status = 'FAILED' and code_draw < 0.0005 then 'DECODER_CRASHED'
       when status = 'FAILED' and code_draw < 0.3 then 'NOT_A_VIDEO'
       when status = 'FAILED' then 'VIDEO_NOT_FOUND' when status = 'QUARANTINED' then 'VIDEO_UNREACHABLE' end,
  case when status in ('FAILED', 'QUARANTINED') then 'why it is so, for people' end,
  case when is_processed then 'mp4' end,
  case when is_processed then (100000 * exp(10 * size_draw * size_draw))::bigint end,
  case when is_processed then case when codec_draw < 0.8 then 'h264' when codec_draw < 0.97 then 'hevc'
    when codec_draw < 0.999 then 'mjpeg' when codec_draw < 0.99999 then 'vp9' else 'prores' end end,
  case when is_processed then 1920 end, case when is_processed then 1080 end,
  case when is_processed then 1920 end, case when is_processed then 1080 end,
  case when is_processed then 0 end, case when is_processed then false end, case when is_processed then 12.5 end,
  case when is_processed then 'HEADER' end, case when is_processed then 4000000 end,
  case when is_processed then 1 end, case when is_processed then 0 end, case when is_processed then 0 end,
  case when is_processed then false end, case when is_processed then false end, case when is_processed then false end,
  case when is_done then 1 end, case when is_done then 32768 end, case when is_done then 1 end,
  case when is_done then 3.25 end, case when is_done then received_at + interval '1 second' end,
  case when is_done then 0 end
from made, lateral (select status = 'PROCESSED' as is_processed, status <> 'RECEIVED' as is_done) as found
order by n`;
