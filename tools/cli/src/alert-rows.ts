import type { Alert, QuarantinedAlert } from '@vigie/client';

export const ALERT_COLUMNS = ['TIME', 'STORE', 'STATUS', 'UID', 'VIDEO', 'WHAT'];
export const QUARANTINE_COLUMNS = ['QUARANTINED', 'STORE', 'STATE', 'ID', 'UID', 'WHY'];

export function alertRow(alert: Alert): readonly string[] {
  const { timestamp, store, status = '', uid, video } = alert;
  return [timeOf(timestamp), store, status, uid, video, whatOf(alert)];
}

export function quarantineRow(quarantined: QuarantinedAlert): readonly string[] {
  const { quarantinedAt = '', alert, state, id, failure, attempts } = quarantined;
  const why = `${failure?.code}: ${failure?.message} (${attempts} attempts)`;
  return [quarantinedAt, alert?.store ?? '-', state, id, alert?.uid ?? '-', why];
}

/** An alert with all that is known, a field a line. */
export function alertFields(alert: Alert): readonly (readonly string[])[] {
  const { uid, video, store, timestamp, labels, status = '', receivedAt, processedAt, traceId } = alert;
  const fields: Record<string, string | undefined> = {
    uid,
    status,
    what: whatOf(alert),
    failure: alert.failure?.message,
    retry: alert.retry && `${alert.retry.attempts} attempts, the next at ${alert.retry.nextAttemptAt}`,
    store,
    video,
    timestamp: timeOf(timestamp),
    labels: Object.entries(labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
    received: receivedAt,
    processed: processedAt,
    trace: traceId,
  };
  return Object.entries(fields).flatMap(([name, value]) => (value ? [[name, value]] : []));
}

function timeOf(timestamp: number): string {
  const time = new Date(timestamp * 1_000);
  return Number.isNaN(time.getTime()) ? String(timestamp) : time.toISOString();
}

/** What the video is, or why that isn't known. */
function whatOf({ media, failure, retry }: Alert): string {
  if (failure !== undefined) return failure.code;
  if (media === undefined) return retry?.lastFailure === undefined ? '' : `retried after ${retry.lastFailure.code}`;
  const { container, video, durationSeconds } = media;
  const size = video === undefined ? undefined : `${video.displayWidth}x${video.displayHeight}`;
  const duration = durationSeconds === undefined ? undefined : `${durationSeconds.toFixed(1)} s`;
  return [container, video?.codec, size, duration].filter(part => part !== undefined).join(' ');
}
