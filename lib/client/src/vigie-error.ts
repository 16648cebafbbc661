import { Code as ConnectCode, ConnectError } from '@connectrpc/connect';
import { Code } from '@vigie/proto/google/rpc/code_pb.ts';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import type { Status } from '@vigie/proto/google/rpc/status_pb.ts';

/** A gRPC code by name: `NOT_FOUND`. */
export type ErrorCode = Exclude<keyof typeof Code, 'OK'>;

/** A field of a request that is wrong, and why. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

export interface VigieErrorOptions {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly message: string;
  readonly fieldViolations?: readonly FieldViolation[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly retryAfterMs?: number | undefined;
  readonly traceId?: string | undefined;
  readonly cause?: unknown;
}

/** Without a time to wait they say that the request itself is too much, or that another one was in its way. */
const RETRYABLE_IF_TOLD_WHEN: readonly ErrorCode[] = ['RESOURCE_EXHAUSTED', 'ABORTED'];
/** Of a video that takes too long: it does so again. */
const SLOW_VIDEO = 'PROBE_TIMEOUT';
const CODE_NAMES = new Map(Object.entries(Code).map(([name, code]) => [code as number, name]));
const TRACE_ID = 'trace-id';
const RETRY_AFTER = 'retry-after';

/** Why a call failed: what the server answered, or that there was no answer. docs/clients.md explains the codes. */
export class VigieError extends Error {
  override readonly name = 'VigieError';
  readonly code: ErrorCode;
  /**
   * Stable, for programs. Of the client's own: `UNREACHABLE` (no connection), `CONNECTION_LOST` (before the answer was
   * complete), `NO_ANSWER` (in time), `INVALID_REQUEST` (not sent). Empty if the answer is not Vigie's.
   */
  readonly reason: string;
  /** Each wrong field of an INVALID_ARGUMENT. */
  readonly fieldViolations: readonly FieldViolation[];
  /** What `google.rpc.ErrorInfo` has besides the reason. */
  readonly metadata: Readonly<Record<string, string>>;
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined;
  /** By which the logs of all services are searched: 32 hex digits. */
  readonly traceId: string | undefined;

  constructor({ message, cause, ...options }: VigieErrorOptions) {
    super(message, cause === undefined ? {} : { cause });
    this.code = options.code;
    this.reason = options.reason;
    this.fieldViolations = options.fieldViolations ?? [];
    this.metadata = options.metadata ?? {};
    this.retryAfterMs = options.retryAfterMs;
    this.traceId = options.traceId;
  }

  /** Whether the same call may succeed later. */
  get retryable(): boolean {
    if (this.code === 'UNAVAILABLE') return true;
    if (this.code === 'DEADLINE_EXCEEDED') return this.reason !== SLOW_VIDEO;
    return RETRYABLE_IF_TOLD_WHEN.includes(this.code) && this.retryAfterMs !== undefined;
  }

  /** Whether the server did not answer at all. */
  get isUnreachable(): boolean {
    return this.reason === 'UNREACHABLE' || this.reason === 'NO_ANSWER';
  }

  /** Without the cause, for logs and `--json`. */
  toJSON(): object {
    const { code, reason, message, fieldViolations, retryable, traceId } = this;
    return { code, reason, message, fieldViolations, retryable, ...(traceId === undefined ? {} : { traceId }) };
  }
}

/** A connection that was not made. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** Whatever a call threw as a VigieError. */
export function vigieErrorOf(thrown: unknown): VigieError {
  if (thrown instanceof VigieError) return thrown;
  const error = ConnectError.from(thrown);
  const [info] = error.findDetails(ErrorInfoSchema);
  const broken = info === undefined ? brokenOff(error) : undefined;
  return new VigieError({
    code: broken?.code ?? codeName(error.code),
    reason: broken?.reason ?? info?.reason ?? '',
    message: broken?.message ?? error.rawMessage,
    fieldViolations: error.findDetails(BadRequestSchema).flatMap(violationsOf),
    metadata: info?.metadata ?? {},
    retryAfterMs: retryAfterOf(error),
    traceId: error.metadata.get(TRACE_ID) ?? undefined,
    cause: thrown,
  });
}

/** The error of one alert of a batch. */
export function errorOfStatus({ code, message, details }: Status): VigieError {
  const error = new ConnectError(message, code as number);
  error.details = details.map(({ typeUrl, value }) => ({ type: typeUrl.slice(typeUrl.lastIndexOf('/') + 1), value }));
  return vigieErrorOf(error);
}

function codeName(code: number): ErrorCode {
  return (CODE_NAMES.get(code) ?? 'UNKNOWN') as ErrorCode;
}

function violationsOf({ fieldViolations }: { readonly fieldViolations: readonly FieldViolation[] }): FieldViolation[] {
  return fieldViolations.map(({ field, description }) => ({ field, description }));
}

/** That there is no whole answer: Connect has no code for it. */
function brokenOff(error: ConnectError): Pick<VigieErrorOptions, 'code' | 'reason' | 'message'> | undefined {
  const { cause, code, rawMessage } = error;
  if (cause instanceof UnreachableError) return { code: 'UNAVAILABLE', reason: 'UNREACHABLE', message: cause.message };
  // What fetch throws while a body is read, and connect-web where a stream ends without its last message.
  const isLost = cause instanceof TypeError || rawMessage === 'missing EndStreamResponse';
  if (code === ConnectCode.Unknown && isLost) {
    return { code: 'UNAVAILABLE', reason: 'CONNECTION_LOST', message: `The connection was lost: ${rawMessage}` };
  }
  const isOurs = code === ConnectCode.DeadlineExceeded && [...error.metadata.keys()].length === 0;
  return isOurs
    ? { code: 'DEADLINE_EXCEEDED', reason: 'NO_ANSWER', message: 'There was no answer in time.' }
    : undefined;
}

function retryAfterOf(error: ConnectError): number | undefined {
  const [info] = error.findDetails(RetryInfoSchema);
  const delay = info?.retryDelay;
  if (delay !== undefined) return Number(delay.seconds) * 1_000 + delay.nanos / 1e6;
  const header = error.metadata.get(RETRY_AFTER);
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
