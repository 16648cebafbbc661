import type { FieldViolation } from './field-violation.ts';

/** What a client wants to find an alert by later. */
export type Labels = Readonly<Record<string, string>>;

const MAX_LABELS = 16;
const KEY = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/;
const KEY_MAX_LENGTH = 63;
const VALUE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]{0,256}$/u;
/** Enough to see what is wrong: an error travels in headers, and a batch may hold a thousand alerts. */
const MAX_VIOLATIONS = 4;

/** The rules for `labels`; of too many, none is looked at. */
export function findLabelViolations(labels: Labels): readonly FieldViolation[] {
  const entries = Object.entries(labels);
  if (entries.length > MAX_LABELS) {
    return [{ field: 'labels', description: `must be at most ${MAX_LABELS}, not ${entries.length}` }];
  }
  return entries
    .flatMap(([key, value]) => {
      const description = findLabelViolation(key, value);
      return description === undefined ? [] : [{ field: labelPath(key), description }];
    })
    .slice(0, MAX_VIOLATIONS);
}

/** The rules for `key=value`, for whoever filters by a label: a key has no `=`. */
export function findLabelTextViolation(text: string): string | undefined {
  const end = text.indexOf('=');
  return end < 0 ? 'must be key=value' : findLabelViolation(text.slice(0, end), text.slice(end + 1));
}

function findLabelViolation(key: string, value: string): string | undefined {
  if (!KEY.test(key)) return 'must have a key of 1-63 characters of A-Z a-z 0-9 . _ / -, the first a letter or digit';
  if (!VALUE.test(value)) return 'must be 0-256 printable characters';
  return undefined;
}

/** As protovalidate names an entry of a map. What is too long for a key is cut: it may be as long as a message. */
function labelPath(key: string): string {
  const shown = key.length > KEY_MAX_LENGTH ? `${key.slice(0, KEY_MAX_LENGTH).toWellFormed()}…` : key;
  const escaped = shown.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\r', '\\r').replaceAll('\n', '\\n');
  return `labels["${escaped}"]`;
}

/** As a filter names them: each as `key=value`. */
export function labelTexts(labels: Labels = {}): readonly string[] {
  return Object.entries(labels).map(([key, value]) => `${key}=${value}`);
}

/** In the order of their UTF-16 units. */
export function sortedLabels(labels: Labels): [key: string, value: string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}
