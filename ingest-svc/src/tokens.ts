import type { NatsConnection } from '@nats-io/transport-node';
import { token } from '@vigie/service-kit/lifecycle';
import type { AcceptAlert } from './application/accept-alert.ts';
import type { AlertQueue } from './ports/alert-queue.ts';

export const tokens = {
  natsConnection: token<NatsConnection>('NatsConnection'),
  alertQueue: token<AlertQueue>('AlertQueue'),
  acceptAlert: token<AcceptAlert>('AcceptAlert'),
};
