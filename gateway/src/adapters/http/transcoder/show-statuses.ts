import type { DescMessage, JsonObject, JsonValue, Message } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { type Status, StatusSchema } from '@vigie/proto/google/rpc/status_pb.ts';
import { fromStatus } from '@vigie/service-kit/grpc';
import { isJsonObject } from '../body-forms.ts';
import { errorJson } from '../error-json.ts';
import { httpStatusOf } from '../http-status.ts';

/**
 * The JSON of an answer with each `google.rpc.Status` in it, the error of an item, in the form that the error of a
 * whole request has.
 */
export function showStatuses(desc: DescMessage, message: Message, json: JsonObject): JsonObject {
  return holdsStatus(desc) ? (show(reflect(desc, message), json) as JsonObject) : json;
}

function show(reflected: ReflectMessage, json: JsonValue): JsonValue {
  const { desc, message } = reflected;
  if (desc.typeName === StatusSchema.typeName) return errorObject(message as Status);
  if (!isJsonObject(json) || !holdsStatus(desc)) return json;
  const shown: JsonObject = { ...json };
  for (const field of desc.fields) {
    const value = json[field.jsonName];
    if (field.message === undefined || value === undefined || !reflected.isSet(field)) continue;
    if (field.fieldKind === 'message') {
      shown[field.jsonName] = show(reflected.get(field), value);
    } else if (field.fieldKind === 'list' && Array.isArray(value)) {
      const items = [...reflected.get(field)] as ReflectMessage[];
      shown[field.jsonName] = items.map((item, index) => show(item, value[index] as JsonValue));
    }
  }
  return shown;
}

function errorObject(status: Status): JsonValue {
  const error = fromStatus(status);
  return errorJson(error, httpStatusOf(error)).error;
}

const holding = new Map<DescMessage, boolean>();

function holdsStatus(desc: DescMessage): boolean {
  const known = holding.get(desc);
  if (known !== undefined) return known;
  // For a message that holds itself.
  holding.set(desc, false);
  const holds = desc.fields.some(({ message }) => {
    return message !== undefined && (message.typeName === StatusSchema.typeName || holdsStatus(message));
  });
  holding.set(desc, holds);
  return holds;
}
