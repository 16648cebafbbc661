import { Migration } from '@mikro-orm/migrations';

export class M0001Alerts extends Migration {
  override up(): void {
    this.addSql(`
create table alerts (
  uid                  text collate "C" primary key,
  video                text not null,
  alert_timestamp      timestamptz(6) not null,
  store                text not null,
  status               text not null
    constraint alerts_status_known check (status in ('RECEIVED', 'PROCESSED', 'FAILED', 'QUARANTINED')),
  failure_code         text,
  failure_message      text,
  container            text,
  size_bytes           bigint,
  video_codec          text,
  video_profile        text,
  width                bigint,
  height               bigint,
  display_width        bigint,
  display_height       bigint,
  rotation             double precision,
  sample_aspect_ratio  text,
  frame_rate           double precision,
  pixel_format         text,
  color_primaries      text,
  color_transfer       text,
  color_space          text,
  color_range          text,
  hdr                  boolean,
  video_bit_rate       double precision,
  audio_codec          text,
  audio_sample_rate    bigint,
  audio_channels       bigint,
  duration_seconds     double precision,
  duration_source      text,
  bit_rate             double precision,
  video_streams        bigint,
  cover_art_streams    bigint,
  audio_streams        bigint,
  truncated            boolean,
  moov_at_end          boolean,
  fragmented           boolean,
  attempts             bigint,
  bytes_read           bigint,
  requests             bigint,
  probe_ms             double precision,
  trace_id             text not null,
  received_at          timestamptz(6) not null,
  processed_at         timestamptz(6),
  constraint alerts_finished_has_time check ((status = 'RECEIVED') = (processed_at is null)),
  constraint alerts_processed_has_media check ((status = 'PROCESSED') = (container is not null)),
  constraint alerts_failed_has_code check ((status in ('FAILED', 'QUARANTINED')) = (failure_code is not null))
)`);
    this.addSql('create index alerts_latest on alerts (alert_timestamp desc, uid desc)');
    this.addSql('create index alerts_latest_of_store on alerts (store, alert_timestamp desc, uid desc)');
    this.addSql('create index alerts_latest_of_status on alerts (status, alert_timestamp desc, uid desc)');
    this.addSql(`comment on table alerts is 'One row a uid. Written by store-svc only.'`);
  }

  override down(): void {
    this.addSql('drop table alerts');
  }
}
