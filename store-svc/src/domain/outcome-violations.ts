import type { FieldViolation } from '@vigie/alert';
import { FAILURE_CODES, type FinishedAlert } from '@vigie/alert';

/** The end of the year 9999, the last moment that RFC 3339 can write. */
const TIME_END_MS = 253_402_300_800_000;

/** What a row can't hold of an outcome. One such outcome would make Postgres refuse the whole batch. */
export function findOutcomeViolations({ outcome, effort, processedAt, sequence }: FinishedAlert): FieldViolation[] {
  const { media, failure } = { media: null, failure: null, ...outcome };
  return [
    ...findTimeViolations('processed_at', processedAt),
    ...findValueViolations('media', media),
    ...findValueViolations('failure', failure),
    ...(failure === null || FAILURE_CODES.includes(failure.code)
      ? []
      : [{ field: 'failure.code', description: 'must be a code of vigie.video.v1.Failure.Code' }]),
    ...findValueViolations('effort', effort),
    ...(sequence >= 0
      ? findValueViolations('sequence', sequence)
      : [{ field: 'sequence', description: 'must not be negative' }]),
  ];
}

function findTimeViolations(field: string, time: Date): FieldViolation[] {
  const ms = time.getTime();
  return ms > 0 && ms < TIME_END_MS ? [] : [{ field, description: 'is required: a moment after 1970' }];
}

function findValueViolations(field: string, value: unknown): FieldViolation[] {
  if (typeof value === 'number' && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) {
    return [{ field, description: 'must be a finite number within 2^53 of zero' }];
  }
  if (typeof value === 'string' && value.includes('\0')) {
    return [{ field, description: 'must not hold a NUL character' }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => findValueViolations(`${field}.${snakeCase(key)}`, child));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}
