import type { MikroORM } from '@mikro-orm/postgresql';
import type { NatsConnection } from '@nats-io/transport-node';
import { token } from '@vigie/service-kit/lifecycle';
import type { StoreMetrics } from './adapters/telemetry/store-metrics.ts';
import type { GetAlert } from './application/get-alert.ts';
import type { KeepQuarantined } from './application/keep-quarantined.ts';
import type { ListAlerts } from './application/list-alerts.ts';
import type { ListQuarantined } from './application/list-quarantined.ts';
import type { RecordAlert } from './application/record-alert.ts';
import type { RecordArrival } from './application/record-arrival.ts';
import type { RecordOutcome } from './application/record-outcome.ts';
import type { ReplayAlerts } from './application/replay-alerts.ts';
import type { ResolveQuarantined } from './application/resolve-quarantined.ts';
import type { AlertStore } from './ports/alert-store.ts';
import type { DeadLetterQueue } from './ports/dead-letter-queue.ts';
import type { OutcomeFeed } from './ports/outcome-feed.ts';
import type { QuarantineStore } from './ports/quarantine-store.ts';
import type { ReplayQueue } from './ports/replay-queue.ts';

export const tokens = {
  orm: token<MikroORM>('MikroORM'),
  natsConnection: token<NatsConnection>('NatsConnection'),
  storeMetrics: token<StoreMetrics>('StoreMetrics'),
  alertStore: token<AlertStore>('AlertStore'),
  outcomeFeed: token<OutcomeFeed>('OutcomeFeed'),
  quarantine: token<QuarantineStore>('QuarantineStore'),
  deadLetters: token<DeadLetterQueue>('DeadLetterQueue'),
  replayQueue: token<ReplayQueue>('ReplayQueue'),
  recordArrival: token<RecordArrival>('RecordArrival'),
  recordAlert: token<RecordAlert>('RecordAlert'),
  recordOutcome: token<RecordOutcome>('RecordOutcome'),
  getAlert: token<GetAlert>('GetAlert'),
  listAlerts: token<ListAlerts>('ListAlerts'),
  replayAlerts: token<ReplayAlerts>('ReplayAlerts'),
  keepQuarantined: token<KeepQuarantined>('KeepQuarantined'),
  listQuarantined: token<ListQuarantined>('ListQuarantined'),
  redriveAlerts: token<ResolveQuarantined>('RedriveAlerts'),
  discardQuarantined: token<ResolveQuarantined>('DiscardQuarantined'),
};
