import { constants } from 'node:http2';

/** How a call ended, in one word: a gRPC status, an HTTP status, or what became of its stream. */
export interface Answer {
  /** `OK`, `RESOURCE_EXHAUSTED`, `HTTP 431`, `RST ENHANCE_YOUR_CALM`, `closed`, `unanswered`. */
  readonly ending: string;
  readonly message: string;
  /** Whether the answer says when to try again. */
  readonly saysWhenToRetry: boolean;
}

const STATUS_NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/** https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
export function grpcStatusName(code: number): string {
  return STATUS_NAMES[code] ?? `gRPC status ${code}`;
}

const RESET_NAMES = new Map(
  Object.entries(constants)
    .filter(([name]) => /^NGHTTP2_(NO_ERROR|.*_ERROR|REFUSED_STREAM|CANCEL|ENHANCE_YOUR_CALM)$/.test(name))
    .filter(([, code]) => (code as number) >= 0)
    .map(([name, code]) => [code as number, name.replace('NGHTTP2_', '')]),
);

/** The name of an HTTP/2 error code (RFC 9113, section 7). */
export function resetName(code: number): string {
  return RESET_NAMES.get(code) ?? `error ${code}`;
}

/** How many answers ended in which way, the most frequent first: `{ RESOURCE_EXHAUSTED: 5872, OK: 128 }`. */
export function tally(answers: readonly Answer[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { ending } of answers) counts.set(ending, (counts.get(ending) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one));
}
