import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from '@vigie/proto/google/rpc/error_details_pb.ts';
import { type Status, StatusSchema } from '@vigie/proto/google/rpc/status_pb.ts';
import { codeNameOf } from './code-name.ts';

const ERROR_DOMAIN = 'vigie';

/** A negative pushback means: don't. It is for the next hop alone, and goes no further (`fromGrpcStatus`). */
const NO_RETRY = { 'grpc-retry-pushback-ms': '-1' };

/** `google.rpc.BadRequest.FieldViolation`. */
export interface FieldViolation {
  readonly field: string;
  /** Which rule is broken and what would be right. */
  readonly description: string;
}

export interface RpcErrorOptions {
  /** Stable, UPPER_SNAKE_CASE: `google.rpc.ErrorInfo.reason`. */
  readonly reason: string;
  readonly violations?: readonly FieldViolation[];
  /** When it makes sense to try again: `google.rpc.RetryInfo`. */
  readonly retryDelayMs?: number;
  /** The resource that isn't there: `google.rpc.ResourceInfo`. */
  readonly resource?: { readonly type: string; readonly name: string };
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * The calling channel must not retry by its service config: trying again soon is no use, or was done already.
   * https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback
   */
  readonly forbidsRetry?: boolean;
  readonly cause?: unknown;
}

/** An error as AIP-193 wants it: a code, a message for people, and details that programs can rely on. */
export function rpcError(code: Code, message: string, options: RpcErrorOptions): ConnectError {
  const details: { desc: DescMessage; value: MessageInitShape<DescMessage> }[] = [
    {
      desc: ErrorInfoSchema,
      value: { reason: options.reason, domain: ERROR_DOMAIN, metadata: { ...options.metadata } },
    },
  ];
  if (options.violations !== undefined) {
    details.push({
      desc: BadRequestSchema,
      value: { fieldViolations: options.violations.map(v => ({ ...v })) },
    });
  }
  if (options.retryDelayMs !== undefined) {
    const retryDelay = {
      seconds: BigInt(Math.floor(options.retryDelayMs / 1000)),
      nanos: (options.retryDelayMs % 1000) * 1e6,
    };
    details.push({ desc: RetryInfoSchema, value: { retryDelay } });
  }
  if (options.resource !== undefined) {
    const { type, name } = options.resource;
    details.push({ desc: ResourceInfoSchema, value: { resourceType: type, resourceName: name } });
  }
  return new ConnectError(message, code, options.forbidsRetry === true ? NO_RETRY : undefined, details, options.cause);
}

/** Longer names and values of a caller are not repeated to it: an error travels in headers. */
const MAX_TEXT_LENGTH = 256;

/** INVALID_ARGUMENT that names each field. */
export function invalidArgument(found: readonly FieldViolation[], cause?: unknown): ConnectError {
  const violations = found.map(({ field, description }) => ({
    field: shorten(field),
    description: shorten(description),
  }));
  const message = violations.map(({ field, description }) => `${field} ${description}`).join('; ');
  return rpcError(Code.InvalidArgument, message, { reason: 'INVALID_FIELDS', violations, cause });
}

function shorten(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`;
}

/** UNIMPLEMENTED: nothing is served by that path. */
export function unknownMethod(path: string): ConnectError {
  return rpcError(Code.Unimplemented, `There is no method ${shorten(path)} here.`, { reason: 'UNKNOWN_METHOD' });
}

/** Turns an error of the domain into one for the caller, or `undefined` where it isn't meant for callers. */
export type ErrorTranslator = (error: unknown) => ConnectError | undefined;

/** What no translator knows: the caller learns nothing of its inside. */
export function internalError(cause: unknown): ConnectError {
  return rpcError(Code.Internal, 'Something went wrong inside Vigie; the logs have it under this trace id.', {
    reason: 'INTERNAL',
    cause,
  });
}

/** The error with details for programs, also where a library has made it, which gives none: its code is the reason. */
export function withReason(error: ConnectError): ConnectError {
  if (error.details.length > 0) return error;
  const { code, rawMessage, metadata, cause } = error;
  const withDetails = rpcError(code, rawMessage, { reason: codeNameOf(code), cause });
  for (const [name, value] of metadata) withDetails.metadata.append(name, value);
  return withDetails;
}

/** The error as `google.rpc.Status`: what `grpc-status-details-bin` and per-item results carry. */
export function toStatus(error: ConnectError): Status {
  return create(StatusSchema, {
    code: error.code,
    message: error.rawMessage,
    details: error.details.map(toAny),
  });
}

function toAny(detail: ConnectError['details'][number]): Any {
  const [typeName, value] =
    'desc' in detail
      ? [detail.desc.typeName, toBinary(detail.desc, create(detail.desc, detail.value))]
      : [detail.type, detail.value];
  return create(AnySchema, { typeUrl: `type.googleapis.com/${typeName}`, value });
}

/** The error that a `google.rpc.Status` describes. */
export function fromStatus(status: Status): ConnectError {
  const error = new ConnectError(status.message, status.code);
  error.details = status.details.map(({ typeUrl, value }) => ({
    type: typeUrl.slice(typeUrl.lastIndexOf('/') + 1),
    value,
  }));
  return error;
}
