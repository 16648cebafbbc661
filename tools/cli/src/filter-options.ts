import type { PurgeFilter, SummaryFilter } from '@vigie/client';
import { ALERT_STATUSES, type AlertStatus, FAILURE_CODES } from '@vigie/client';
import type { Option } from './command.ts';
import type { Values } from './values.ts';

export const STORE: Option = {
  name: 'store',
  value: 'NAME',
  isRepeated: true,
  help: 'of this store, or one of several',
};
export const LABEL: Option = {
  name: 'label',
  value: 'K=V',
  isRepeated: true,
  help: 'with this label, or all of several',
};
const SINCE: Option = {
  name: 'since',
  value: 'TIME',
  help: 'that happened at this time or later: 2025-06-02T13:00:00Z, Unix seconds, or 90s, 15m, 6h, 2d ago',
};
const UNTIL: Option = { name: 'until', value: 'TIME', help: 'that happened earlier than this' };
const CODE: Option = {
  name: 'code',
  value: 'CODE',
  isRepeated: true,
  choices: FAILURE_CODES,
  help: 'that failed for this reason, or one of several',
};

export function statusOption(choices: readonly AlertStatus[] = ALERT_STATUSES): Option {
  return { name: 'status', value: 'STATUS', isRepeated: true, choices, help: 'in this status, or one of several' };
}

/** By what alerts are counted. */
export const SUMMARY_FILTERS: readonly Option[] = [STORE, statusOption(), CODE, SINCE, UNTIL];

/** By what alerts are listed. */
export const LIST_FILTERS: readonly Option[] = [
  ...SUMMARY_FILTERS,
  LABEL,
  { name: 'video', value: 'PATH', help: 'of this video' },
  { name: 'codec', value: 'NAME', isRepeated: true, help: 'whose video has this codec, or one of several: h264' },
  { name: 'min-size', value: 'BYTES', help: 'whose video has so many bytes or more' },
  { name: 'max-size', value: 'BYTES', help: 'whose video has so many bytes or fewer' },
  { name: 'received-since', value: 'TIME', help: 'that Vigie accepted at this time or later' },
  { name: 'received-until', value: 'TIME', help: 'that Vigie accepted earlier than this' },
];

/** By what alerts are replayed and purged. */
export const CHANGE_FILTERS: readonly Option[] = [
  ...LIST_FILTERS,
  { name: 'uid', value: 'UID', isRepeated: true, help: 'with this uid, or one of several' },
];

export function summaryFilter(values: Values): SummaryFilter {
  return {
    stores: values.texts('store'),
    statuses: values.names('status', ALERT_STATUSES),
    failureCodes: values.names('code', FAILURE_CODES),
    since: values.time('since'),
    until: values.time('until'),
  };
}

export function listFilter(values: Values): Omit<PurgeFilter, 'uids'> {
  return {
    ...summaryFilter(values),
    labels: values.texts('label'),
    video: values.text('video'),
    codecs: values.texts('codec'),
    minSizeBytes: values.count('min-size'),
    maxSizeBytes: values.count('max-size'),
    receivedSince: values.time('received-since'),
    receivedUntil: values.time('received-until'),
  };
}

export function changeFilter(values: Values): PurgeFilter {
  return { ...listFilter(values), uids: values.texts('uid') };
}
