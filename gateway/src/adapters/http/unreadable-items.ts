import { create, type DescMessage, type JsonValue, type Message } from '@bufbuild/protobuf';
import { ConnectError } from '@connectrpc/connect';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  AlertResultSchema,
  BatchCreateAlertsRequestSchema,
  type BatchCreateAlertsResponse,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { toStatus } from '@vigie/service-kit/grpc';
import { isJsonObject } from './body-forms.ts';

/** By index: why an item could not be read. */
type Unreadable = ReadonlyMap<number, ConnectError>;

const noted = new WeakMap<Message, Unreadable>();

/**
 * A batch whose items are answered one by one, with an empty item in the place of each that can't be read; undefined if
 * it is none, or all of its items can be read.
 *
 * @param readItem throws ConnectError for an item that can't be read
 */
export function splitItems(
  desc: DescMessage,
  json: JsonValue,
  readItem: (desc: DescMessage, item: JsonValue, name: string) => unknown,
): { readonly json: JsonValue; readonly unreadable: Unreadable } | undefined {
  if (desc.typeName !== BatchCreateAlertsRequestSchema.typeName) return undefined;
  if (!isJsonObject(json) || !Array.isArray(json.alerts)) return undefined;
  const unreadable = new Map<number, ConnectError>();
  const alerts = json.alerts.map((item, index) => {
    try {
      readItem(AlertSchema, item, `alerts[${index}]`);
      return item;
    } catch (error) {
      unreadable.set(index, ConnectError.from(error));
      return {};
    }
  });
  return unreadable.size === 0 ? undefined : { json: { ...json, alerts }, unreadable };
}

export function noteUnreadable<M extends Message>(request: M, unreadable: Unreadable): M {
  noted.set(request, unreadable);
  return request;
}

/** Answers the items that could not be read; the service was given empty ones, which it refuses too. */
export function answerUnreadable(request: Message, answer: Message): Message {
  const unreadable = noted.get(request);
  if (unreadable === undefined) return answer;
  const { results, ...rest } = answer as BatchCreateAlertsResponse;
  return {
    ...rest,
    results: results.map((result, index) => {
      const error = unreadable.get(index);
      return error === undefined
        ? result
        : create(AlertResultSchema, { outcome: { case: 'error', value: toStatus(error) } });
    }),
  } as BatchCreateAlertsResponse;
}
