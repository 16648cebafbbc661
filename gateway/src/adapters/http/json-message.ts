import { isUtf8 } from 'node:buffer';
import { type DescMessage, fromJson, type JsonValue, type MessageShape } from '@bufbuild/protobuf';
import { Code, type ConnectError } from '@connectrpc/connect';
import type { FieldViolation } from '@vigie/alert';
import { invalidArgument, rpcError } from '@vigie/service-kit/grpc';
import { type AdmittedCall, checkJson, type DecodeLimits } from '@vigie/service-kit/limits';
import { toProto3Json } from './body-forms.ts';
import { anyTypes } from './error-json.ts';
import { describeJsonError, findJsonViolations, MAX_VIOLATIONS } from './json-violations.ts';
import { noteUnreadable, splitItems } from './unreadable-items.ts';

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

/**
 * The message that a body says. An item of a batch that can't be read is an empty one in it; it is refused on its own
 * once the others are answered (`answerUnreadable`).
 *
 * @throws ConnectError INVALID_ARGUMENT naming each field that is wrong
 */
export function messageFromJson<S extends DescMessage>(desc: S, json: JsonValue): MessageShape<S> {
  try {
    return read(desc, json, 'body');
  } catch (error) {
    const split = splitItems(desc, json, read);
    if (split === undefined) throw error;
    return noteUnreadable(read(desc, split.json, 'body'), split.unreadable);
  }
}

/** @param root names the JSON where no field of it is to blame */
function read<S extends DescMessage>(desc: S, given: JsonValue, root: string): MessageShape<S> {
  const { json, violations } = toProto3Json(desc, given);
  let cause: unknown;
  try {
    const message = fromJson(desc, json, { registry: anyTypes });
    if (violations.length === 0) return message;
  } catch (error) {
    cause = error;
  }
  const others = cause === undefined ? [] : jsonViolations(desc, json, cause, root);
  throw invalidArgument([...violations, ...others].slice(0, MAX_VIOLATIONS), cause);
}

/** What is wrong with a JSON from which `fromJson` could not make the message. */
export function jsonViolations(
  desc: DescMessage | undefined,
  json: JsonValue,
  error: unknown,
  root = 'body',
): readonly FieldViolation[] {
  const violations = desc === undefined ? [] : findJsonViolations(desc, json, root);
  // Some violations have no single field: two members of a oneof, for example.
  return violations.length > 0 ? violations : [{ field: root, description: describeJsonError(error) }];
}

function malformed(why: string, cause?: unknown): ConnectError {
  return rpcError(Code.InvalidArgument, `The body is not well-formed JSON: ${why}.`, {
    reason: 'MALFORMED_JSON',
    cause,
  });
}
