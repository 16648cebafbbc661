import { DEFAULT_TENANT } from '@vigie/access/tenants';
import type { FieldViolation } from './field-violation.ts';
import { findLabelViolations, type Labels, sortedLabels } from './labels.ts';

/** What a store's camera system says, checked by the rules of `vigie.alert.v1.Alert`. */
export interface Alert {
  /** Whose it is. */
  readonly tenant: string;
  /** Taken once within its tenant. */
  readonly uid: string;
  /** Absolute path on the video server. */
  readonly video: string;
  /** When it happened, in microseconds since the Unix epoch. */
  readonly timestampMicros: number;
  readonly store: string;
  /** Absent if there are none. Sorted by key, except that JavaScript puts keys that are array indices first. */
  readonly labels?: Labels;
}

/** What a client sent: right in type, unchecked in value. */
export interface AlertInput {
  readonly uid: string;
  readonly video: string;
  /** Unix seconds with a fraction. */
  readonly timestamp: number;
  readonly store: string;
  readonly labels?: Labels;
}

export class InvalidAlertError extends Error {
  override readonly name = 'InvalidAlertError';
  readonly reason = 'INVALID_FIELDS';
  readonly violations: readonly FieldViolation[];

  constructor(violations: readonly FieldViolation[]) {
    super(violations.map(({ field, description }) => `${field}: ${description}`).join('; '));
    this.violations = violations;
  }
}

const VIDEO_EXTENSIONS = ['mp4', 'avi', 'mov', 'mkv', 'webm', 'ts', 'flv', 'wmv', 'mpg', 'm4v', '3gp'];

const UID = /^[A-Za-z0-9._:-]{1,128}$/;
const STORE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,128}$/u;
/** Marks have nothing to be on, and the letters and the symbol among them are blank: fillers of Hangul, Braille. */
const INVISIBLE = /^[\p{M} \u115f\u1160\u2800\u3164\uffa0]*$/u;
const VIDEO_EXTENSION = new RegExp(`[^/]\\.(${VIDEO_EXTENSIONS.join('|')})$`, 'i');
const VIDEO_MAX_LENGTH = 1024;
/**
 * Control characters, separators of lines, what turns the direction of the text around it, the backslash that some
 * servers read as a slash, and what would end a URL's path.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const VIDEO_UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\\?#]/;
/** The end of the year 9999, the last moment that RFC 3339 can write. */
const TIMESTAMP_END_MICROS = 253_402_300_800_000_000;

/**
 * By the rules that `alert.proto` states for every language; this is the hot path, where protovalidate takes too long.
 * `wire/alert-rules.spec.ts` holds both against each other.
 *
 * @param tenant whose it is
 * @param latest when the alert may have happened at the latest; any time if undefined: of what was accepted already
 * @throws InvalidAlertError naming every field that breaks a rule
 */
export function parseAlert(input: AlertInput, tenant: string, latest?: Date): Alert {
  const { uid, video, store, labels } = input;
  const timestampMicros = toMicros(input.timestamp);
  const isLabelled = labels !== undefined && Object.keys(labels).length > 0;
  const violations: FieldViolation[] = (
    [
      ['uid', findUidViolation(uid)],
      ['video', findVideoViolation(video)],
      ['timestamp', findTimestampViolation(timestampMicros, latest)],
      ['store', findStoreViolation(store)],
    ] as const
  ).flatMap(([field, description]) => (description === undefined ? [] : [{ field, description }]));
  if (isLabelled) violations.push(...findLabelViolations(labels));
  if (violations.length > 0) throw new InvalidAlertError(violations);
  const alert = { tenant, uid, video, timestampMicros, store };
  return isLabelled ? { ...alert, labels: Object.fromEntries(sortedLabels(labels)) } : alert;
}

/** By what an alert is known. */
export type AlertName = Pick<Alert, 'tenant' | 'uid'>;

/** Names an alert among those of all tenants: `acme/a1`, of the default tenant `a1`. */
export function alertKey({ tenant, uid }: AlertName): string {
  return tenant === DEFAULT_TENANT ? uid : `${tenant}/${uid}`;
}

/** The rules for `video` alone, for whoever probes without an alert. */
export function findVideoViolation(video: string): string | undefined {
  if (video === '') return 'is required: an absolute path on the video server, for example /videos/a.mp4';
  if (!video.isWellFormed()) return 'must be well-formed Unicode';
  if (isLonger(video, VIDEO_MAX_LENGTH)) return `must have at most ${VIDEO_MAX_LENGTH} characters`;
  if (!video.startsWith('/')) return 'must be an absolute path: begin it with /';
  if (VIDEO_UNSAFE.test(video))
    return 'must not hold control characters, line separators, bidi overrides, backslash, ? or #';
  if (video.split('/').includes('..')) return 'must not hold ..';
  if (!VIDEO_EXTENSION.test(video)) return `must end in one of .${VIDEO_EXTENSIONS.join(' .')}`;
  return undefined;
}

/** Counts Unicode characters, as the rules in the proto do: those beyond U+FFFF are two of a string's `length`. */
function isLonger(text: string, maxLength: number): boolean {
  return text.length > maxLength && (text.length > 2 * maxLength || Array.from(text).length > maxLength);
}

/** The rules for `uid` alone, for whoever looks an alert up. */
export function findUidViolation(uid: string): string | undefined {
  if (uid === '') return 'is required';
  if (!UID.test(uid)) return 'must be 1-128 characters of A-Z a-z 0-9 . _ : -';
  if (uid === '.' || uid === '..') return "must not be . or .., which a URL's path can't hold";
  return undefined;
}

/** The rules for `store` alone, for whoever filters by it. */
export function findStoreViolation(store: string): string | undefined {
  if (store === '') return 'is required';
  if (!STORE.test(store)) return 'must be 1-128 printable characters';
  if (INVISIBLE.test(store)) return 'must hold a character that can be seen';
  return undefined;
}

/** A camera's clock may be wrong by a time zone; what is later would stay on top of every list. */
const AHEAD_MS = 24 * 60 * 60 * 1000;

/** When an alert may have happened at the latest that a client sends now. */
export function latestTimestamp(now = Date.now()): Date {
  return new Date(now + AHEAD_MS);
}

function findTimestampViolation(micros: number, latest: Date | undefined): string | undefined {
  if (!Number.isFinite(micros) || micros <= 0) return 'is required: Unix seconds, for example 1748871320.68';
  if (micros >= TIMESTAMP_END_MICROS) return 'must be Unix seconds; this looks like milliseconds or finer';
  if (latest !== undefined && micros > latest.getTime() * 1e3) return 'must not be more than a day ahead of now';
  return undefined;
}

/**
 * The microsecond nearest to a time in seconds. What `timestampSeconds` makes of it comes back as the same microsecond:
 * `toFixed` rounds the exact value of a double once, where a multiplication would round a second time and move some
 * times with each pass.
 */
function toMicros(seconds: number): number {
  return Number(seconds.toFixed(6).replace('.', ''));
}

/** Unix seconds with a fraction, as `parseAlert` takes them. */
export function timestampSeconds(alert: Alert): number {
  return alert.timestampMicros / 1e6;
}
