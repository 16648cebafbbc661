import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { FailureCode } from '@vigie/alert';
import type { QuarantineState } from '../../domain/quarantined-alert.ts';

const count = () => p.bigint('number');

/** The table `quarantined_alerts`: one row a message. `uid` is null if the message could not be parsed as an alert. */
export const QuarantinedRow = defineEntity({
  name: 'QuarantinedRow',
  tableName: 'quarantined_alerts',
  properties: {
    id: p.text().primary(),
    state: p.text().$type<QuarantineState>(),
    tenant: p.text(),
    uid: p.text().nullable(),
    store: p.text(),
    failureCode: p.text().$type<FailureCode>(),
    failureMessage: p.text(),
    attempts: count(),
    redrives: count(),
    receivedAt: p.datetime(3),
    quarantinedAt: p.datetime(3),
    resolvedAt: p.datetime(3).fieldName('resolved_at').nullable(),
    traceId: p.text(),
    subject: p.text(),
    streamSequence: count().fieldName('sequence'),
    payload: p.blob(),
  },
});

export type QuarantinedRow = InferEntity<typeof QuarantinedRow>;
