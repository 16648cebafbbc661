import { create, type JsonObject, type JsonValue } from '@bufbuild/protobuf';
import { type Alert, AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  AlertService,
  CreateAlertRequestSchema,
  type CreateAlertResponse,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { invalidArgument } from '@vigie/service-kit/grpc';
import type { RequestLimits } from '@vigie/service-kit/limits';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { Upstreams } from '../../../api/upstreams.ts';
import { type Answer, jsonAnswer } from '../answer.ts';
import { isJsonObject } from '../body-forms.ts';
import { type Exchange, type ExchangeHandler, findUid } from '../exchange.ts';
import { methodNotAllowed } from '../http-error.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import { parseJsonBody, readJsonBytes } from '../json-body.ts';
import { messageFromJson } from '../json-message.ts';
import { renameFields } from '../rename-fields.ts';
import type { RequestGuard } from '../request-guard.ts';
import { sendAnswer, sendError } from '../send.ts';
import { upstreamCall } from '../upstream-call.ts';

export interface LegacyAlertsParts {
  readonly upstreams: Upstreams;
  readonly logger: Logger;
  readonly requestTimeoutMs: number;
  readonly guard: RequestGuard;
  readonly limits: RequestLimits;
  readonly idempotency: Pick<Idempotency, 'once'>;
}

/** The two systems that Vigie replaces, by path, with the name that each gives to the uid. */
export const LEGACY_UID_NAMES: ReadonlyMap<string, 'uid' | 'uuid'> = new Map([
  ['/alert', 'uid'],
  ['/alerts', 'uuid'],
]);

/** What `curl -d` says if nobody tells it otherwise; the old systems never looked. */
const ALSO_TAKEN = ['application/x-www-form-urlencoded'];

/** Takes an alert as the old systems' clients send it, and answers 200 as they expect. */
export function createLegacyAlerts(parts: LegacyAlertsParts): ExchangeHandler {
  return async exchange => {
    exchange.route = exchange.path;
    try {
      sendAnswer(exchange, await answer(exchange, parts));
    } catch (error) {
      sendError(exchange, error, parts.logger);
    }
  };
}

async function answer(exchange: Exchange, parts: LegacyAlertsParts): Promise<Answer> {
  const { request, path } = exchange;
  if (request.method !== 'POST') throw methodNotAllowed(request.method ?? '', path, ['POST']);
  await parts.guard.authorize(exchange, AlertService.method.createAlert);
  const call = parts.guard.enter(exchange, 'unary');
  const bytes = await readJsonBytes(exchange, call, parts.limits);
  return parts.idempotency.once(exchange, AlertService.method.createAlert, bytes, async () => {
    const body = parseJsonBody(exchange, bytes, call, parts.limits, ALSO_TAKEN);
    return jsonAnswer(200, await accept(exchange, body, parts));
  });
}

async function accept(exchange: Exchange, body: JsonValue | undefined, parts: LegacyAlertsParts): Promise<JsonValue> {
  const { path, signal } = exchange;
  try {
    const alert = readAlert(body, path);
    exchange.uid = findUid(alert);
    const { uid, duplicate, traceId } = (await parts.upstreams.unary(
      AlertService.method.createAlert,
      create(CreateAlertRequestSchema, { alert }),
      upstreamCall(exchange, { signal, timeoutMs: parts.requestTimeoutMs }),
    )) as CreateAlertResponse;
    return { uid, duplicate, traceId };
  } catch (error) {
    throw renameFields(error, field => (field === 'uid' ? uidNameIn(body, path) : field));
  }
}

function uidNameIn(body: JsonValue | undefined, path: string): string {
  const own = LEGACY_UID_NAMES.get(path) ?? 'uid';
  const other = own === 'uid' ? 'uuid' : 'uid';
  if (body === undefined || !isJsonObject(body)) return own;
  return body[own] === undefined && body[other] !== undefined ? other : own;
}

/**
 * The four fields of an alert; others that a client sends are ignored, `labels` too: the old systems had none, and what
 * their clients call so may be anything.
 */
function readAlert(body: JsonValue | undefined, path: string): Alert {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalidArgument([{ field: 'body', description: 'must be a JSON object with the alert' }]);
  }
  return messageFromJson(AlertSchema, pickAlert(body, path));
}

function pickAlert(body: JsonObject, path: string): JsonObject {
  const own = LEGACY_UID_NAMES.get(path) ?? 'uid';
  const other = own === 'uid' ? 'uuid' : 'uid';
  const { video = null, timestamp = null, store = null } = body;
  return { uid: body[own] ?? body[other] ?? null, video, timestamp, store };
}
