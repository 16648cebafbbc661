import type { MikroORM } from '@mikro-orm/postgresql';
import type { NatsConnection } from '@nats-io/transport-node';
import { token } from '@vigie/mesh/lifecycle/token.ts';
import type { StoreMetrics } from './adapters/telemetry/store-metrics.ts';
import type { GetAlert } from './application/get-alert.ts';
import type { ListAlerts } from './application/list-alerts.ts';
import type { RecordAlert } from './application/record-alert.ts';
import type { RecordOutcome } from './application/record-outcome.ts';
import type { AlertStore } from './ports/alert-store.ts';
import type { OutcomeFeed } from './ports/outcome-feed.ts';

export const tokens = {
  orm: token<MikroORM>('MikroORM'),
  natsConnection: token<NatsConnection>('NatsConnection'),
  storeMetrics: token<StoreMetrics>('StoreMetrics'),
  alertStore: token<AlertStore>('AlertStore'),
  outcomeFeed: token<OutcomeFeed>('OutcomeFeed'),
  recordAlert: token<RecordAlert>('RecordAlert'),
  recordOutcome: token<RecordOutcome>('RecordOutcome'),
  getAlert: token<GetAlert>('GetAlert'),
  listAlerts: token<ListAlerts>('ListAlerts'),
};
