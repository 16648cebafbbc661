import { toTimestampText } from '@vigie/postgres/values';
import type { AlertFilter, CountFilter } from '../../domain/alert-filter.ts';

/** A part of a statement with a value for each of its question marks. */
export interface SqlPart {
  readonly sql: string;
  readonly params: readonly (string | number)[];
}

/** What rows of the table `a` have to be like for a filter of a tenant's alerts. */
export function rowConditions(tenant: string, filter: AlertFilter): SqlPart {
  const { codecs, minSizeBytes, maxSizeBytes, labels, video, receivedSinceMicros, receivedUntilMicros, uids } = filter;
  return allOf([
    countConditions(tenant, filter),
    timeRange('a.timestamp', filter.sinceMicros, filter.untilMicros),
    timeRange('a.received_at', receivedSinceMicros, receivedUntilMicros),
    oneOf('a.video_codec', codecs),
    compared('a.size_bytes >=', minSizeBytes),
    compared('a.size_bytes <=', maxSizeBytes),
    labels && haveLabels(labels.length === 1 ? UNINDEXED_LABELS : 'a.labels', labels),
    compared('a.video =', video),
    oneOf('a.uid', uids),
  ]);
}

/**
 * Not by the index of labels, in which a common one has too many entries. Of several Postgres would assume that hardly
 * any alert has them all.
 */
const UNINDEXED_LABELS = `('{}'::text[] || a.labels)`;

function haveLabels(column: string, labels: readonly string[]): SqlPart {
  return { sql: `${column} @> array[${marks(labels)}]::text[]`, params: labels };
}

/** What has to be true of whatever has the columns that alerts are counted by. */
export function countConditions(tenant: string, { stores, statuses, failureCodes }: CountFilter): SqlPart {
  return allOf([
    compared('a.tenant =', tenant),
    oneOf('a.store', stores),
    oneOf('a.status', statuses),
    oneOf('a.failure_code', failureCodes),
  ]);
}

/** @param since inclusive, in microseconds since the Unix epoch; `until` exclusive */
export function timeRange(column: string, since: number | undefined, until: number | undefined): SqlPart {
  return allOf([
    compared(`${column} >=`, since === undefined ? undefined : toTimestampText(since)),
    compared(`${column} <`, until === undefined ? undefined : toTimestampText(until)),
  ]);
}

export function allOf(parts: readonly (SqlPart | undefined)[]): SqlPart {
  const conditions = parts.filter(part => part !== undefined && part.sql !== ALWAYS.sql) as SqlPart[];
  if (conditions.length === 0) return ALWAYS;
  return {
    sql: conditions.map(({ sql }) => sql).join(' and '),
    params: conditions.flatMap(({ params }) => params),
  };
}

const ALWAYS: SqlPart = { sql: 'true', params: [] };

function oneOf(column: string, values: readonly string[] | undefined): SqlPart | undefined {
  return values && { sql: `${column} in (${marks(values)})`, params: values };
}

function compared(columnAndOperator: string, value: string | number | undefined): SqlPart | undefined {
  return value === undefined ? undefined : { sql: `${columnAndOperator} ?`, params: [value] };
}

function marks(values: readonly string[]): string {
  return values.map(() => '?').join(', ');
}
