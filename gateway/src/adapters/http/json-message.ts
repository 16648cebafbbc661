import { isUtf8 } from 'node:buffer';
import { type DescMessage, fromJson, type JsonValue, type MessageShape } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import type { FieldViolation } from '@vigie/alert';
import { invalidArgument, rpcError } from '@vigie/service-kit/grpc';
import { type AdmittedCall, checkJson, type DecodeLimits } from '@vigie/service-kit/limits';
import { anyTypes } from './error-json.ts';
import { describeJsonError, findJsonViolations } from './json-violations.ts';

const utf8 = new TextDecoder();

/**
 * Parses JSON that is within the limits. What it decodes into is counted as in hand.
 *
 * @throws ConnectError RESOURCE_EXHAUSTED beyond a limit or if too many bytes are in hand already, INVALID_ARGUMENT if
 * it is malformed
 */
export function parseJson(bytes: Uint8Array, call: AdmittedCall, limits: DecodeLimits): JsonValue {
  if (!isUtf8(bytes)) throw malformed('it holds bytes that are not UTF-8');
  call.takeBytes(checkJson(bytes, limits));
  try {
    return JSON.parse(utf8.decode(bytes)) as JsonValue;
  } catch (error) {
    throw malformed((error as Error).message, error);
  }
}

/** @throws ConnectError INVALID_ARGUMENT naming each field that is wrong */
export function messageFromJson<S extends DescMessage>(desc: S, json: JsonValue): MessageShape<S> {
  try {
    return fromJson(desc, json, { registry: anyTypes });
  } catch (error) {
    throw invalidArgument(jsonViolations(desc, json, error), error);
  }
}

/** What is wrong with a JSON from which `fromJson` could not make the message. */
export function jsonViolations(
  desc: DescMessage | undefined,
  json: JsonValue,
  error: unknown,
): readonly FieldViolation[] {
  const violations = desc === undefined ? [] : findJsonViolations(desc, json);
  // Some violations have no single field: two members of a oneof, for example.
  return violations.length > 0 ? violations : [{ field: 'body', description: describeJsonError(error) }];
}

function malformed(why: string, cause?: unknown): ConnectError {
  return rpcError(Code.InvalidArgument, `The body is not well-formed JSON: ${why}.`, {
    reason: 'MALFORMED_JSON',
    cause,
  });
}
