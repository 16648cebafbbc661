import type { JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { MediaSource } from '@vigie/media-source';
import type { ChannelTransport } from '@vigie/service-kit/grpc';
import { token } from '@vigie/service-kit/lifecycle';
import type { MakeAlertPoster } from './application/make-alert-poster.ts';
import type { MakePoster } from './application/make-poster.ts';
import type { ProbeChunks } from './application/probe-chunks.ts';
import type { ProbeVideo } from './application/probe-video.ts';
import type { ProcessAlert } from './application/process-alert.ts';
import type { AlertDirectory } from './ports/alert-directory.ts';
import type { AlertQuarantine } from './ports/alert-quarantine.ts';
import type { HeaderProbe } from './ports/header-probe.ts';
import type { OutcomeEvents } from './ports/outcome-events.ts';
import type { OutcomeStore } from './ports/outcome-store.ts';
import type { PosterMaker } from './ports/poster-maker.ts';

export const tokens = {
  natsConnection: token<NatsConnection>('NatsConnection'),
  jetStream: token<JetStreamClient>('JetStreamClient'),
  storeTransport: token<ChannelTransport>('StoreTransport'),
  videoSource: token<MediaSource>('VideoSource'),
  headerProbe: token<HeaderProbe>('HeaderProbe'),
  isolatedHeaderProbe: token<HeaderProbe>('IsolatedHeaderProbe'),
  posterMaker: token<PosterMaker>('PosterMaker'),
  alertDirectory: token<AlertDirectory>('AlertDirectory'),
  outcomeStore: token<OutcomeStore>('OutcomeStore'),
  outcomeEvents: token<OutcomeEvents>('OutcomeEvents'),
  alertQuarantine: token<AlertQuarantine>('AlertQuarantine'),
  probeVideo: token<ProbeVideo>('ProbeVideo'),
  probeVideoIsolated: token<ProbeVideo>('ProbeVideoIsolated'),
  probeChunks: token<ProbeChunks>('ProbeChunks'),
  makePoster: token<MakePoster>('MakePoster'),
  makeAlertPoster: token<MakeAlertPoster>('MakeAlertPoster'),
  processAlert: token<ProcessAlert>('ProcessAlert'),
};
