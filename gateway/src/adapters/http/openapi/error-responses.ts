import type { HttpBinding } from '../transcoder/http-binding.ts';
import { takesKey } from './idempotency-parameter.ts';
import { refTo, type Schema } from './json-schema.ts';
import { ERROR } from './message-schemas.ts';

const TRACE_ID = { $ref: '#/components/headers/TraceId' };
const RETRY_AFTER = { $ref: '#/components/headers/RetryAfter' };
const RATE_LIMIT = { $ref: '#/components/headers/RateLimit' };
const RATE_LIMIT_POLICY = { $ref: '#/components/headers/RateLimitPolicy' };

export const HEADERS: Schema = {
  TraceId: {
    description: 'The W3C trace id of the request, 32 hex digits, by which the logs of all services are searched.',
    schema: { type: 'string', pattern: '^[0-9a-f]{32}$' },
  },
  RetryAfter: {
    description: 'In so many seconds the same request may be sent again.',
    schema: { type: 'integer', minimum: 0 },
  },
  IdempotencyReplayed: {
    description: 'The request was carried out before, under the same Idempotency-Key; this is what it was answered.',
    schema: { type: 'string', const: 'true' },
  },
  RateLimit: {
    description: 'Where calls have a limit: how many are left (`r`), and in how many seconds all of them are (`t`).',
    schema: { type: 'string', examples: ['"caller";r=12;t=1'] },
  },
  RateLimitPolicy: {
    description: 'Where calls have a limit: how many there may be (`q`) in how many seconds (`w`).',
    schema: { type: 'string', examples: ['"caller";q=100;w=1'] },
  },
};

const IDEMPOTENCY_REPLAYED = { $ref: '#/components/headers/IdempotencyReplayed' };

/** Those that every answer has, or may have. */
const COMMON_HEADERS = { 'trace-id': TRACE_ID, ratelimit: RATE_LIMIT, 'ratelimit-policy': RATE_LIMIT_POLICY };

/** Those of a success. */
export function headersOf(binding: HttpBinding): Schema {
  return takesKey(binding) ? { ...COMMON_HEADERS, 'idempotency-replayed': IDEMPOTENCY_REPLAYED } : COMMON_HEADERS;
}

/** What each status means; docs/rest.md says the same. */
const MEANINGS = {
  BadRequest: [400, 'The request is wrong: sent again, it is refused again. Each wrong field is named.'],
  Unauthorized: [401, 'Nobody may do this without credentials, or these are not valid.'],
  Forbidden: [403, "The credentials lack the scope; or a web page of another site, or a host name that isn't allowed."],
  NotFound: [404, 'No such alert, video, API key or user, or the alert is not recorded yet.'],
  Timeout: [408, 'The body comes too slowly.'],
  Conflict: [
    409,
    'Another alert has the uid, or another user the e-mail address; or the request with this Idempotency-Key is ' +
      'still under way (try again after Retry-After), or was answered with more than can be kept.',
  ],
  TooLarge: [413, 'The body is larger than one may be, or decodes into more than one may.'],
  UnsupportedMediaType: [415, "The content type isn't JSON."],
  IdempotencyKeyReused: [422, 'The Idempotency-Key is that of another request.'],
  TooManyRequests: [429, 'Beyond a limit: try again after Retry-After.'],
  ServerError: [500, 'Vigie failed; its logs have the cause under the trace id.'],
  Unavailable: [503, 'A part of Vigie is away, or the stream is full: try again.'],
  DeadlineExceeded: [504, 'No answer in time: try again.'],
} as const satisfies Record<string, readonly [number, string]>;

type ErrorName = keyof typeof MEANINGS;

const OF_ALL: readonly ErrorName[] = [
  'BadRequest',
  'Unauthorized',
  'Forbidden',
  'TooManyRequests',
  'ServerError',
  'Unavailable',
  'DeadlineExceeded',
];
const OF_BODIES: readonly ErrorName[] = ['Timeout', 'TooLarge', 'UnsupportedMediaType'];
const OF_KEYS: readonly ErrorName[] = ['Conflict', 'IdempotencyKeyReused'];
/** By the names of `google.rpc.Code`. */
const OF_CODES: Readonly<Record<string, ErrorName>> = { NOT_FOUND: 'NotFound', ALREADY_EXISTS: 'Conflict' };

/** The components that `errorsOf` refers to. */
export const ERROR_RESPONSES: Schema = Object.fromEntries(
  Object.entries(MEANINGS).map(([name, [status, description]]) => {
    const isRetried = status === 409 || status === 429 || status === 503;
    const headers = isRetried ? { ...COMMON_HEADERS, 'retry-after': RETRY_AFTER } : COMMON_HEADERS;
    return [name, { description, headers, content: { 'application/json': { schema: refTo('ErrorBody') } } }];
  }),
);

/** AIP-193, as `errorJson` writes it. */
export const ERROR_SCHEMAS: Readonly<Record<string, Schema>> = {
  ErrorBody: { type: 'object', required: ['error'], properties: { error: refTo(ERROR) } },
  [ERROR]: {
    type: 'object',
    description: 'Why a request, or one item of it, was refused (AIP-193).',
    required: ['code', 'status', 'reason', 'message', 'details'],
    properties: {
      code: { type: 'integer', description: 'The HTTP status.' },
      status: { type: 'string', description: 'The gRPC code. Stable.', examples: ['INVALID_ARGUMENT'] },
      reason: { type: 'string', description: 'Says more than the code. Stable.', examples: ['INVALID_FIELDS'] },
      message: { type: 'string', description: 'For people; it may change.' },
      details: {
        type: 'array',
        description: '`google.rpc.ErrorInfo`, `google.rpc.BadRequest` with each wrong field, `google.rpc.RetryInfo`.',
        items: { type: 'object', required: ['@type'], properties: { '@type': { type: 'string' } } },
      },
    },
  },
};

/** The statuses of errors that a route may answer. */
export function errorsOf(binding: HttpBinding): Schema {
  const { body, errorCodes } = binding;
  const own = errorCodes.flatMap(code => OF_CODES[code] ?? []);
  const ofBody = body.kind === 'none' ? [] : OF_BODIES;
  const names = [...OF_ALL, ...ofBody, ...(takesKey(binding) ? OF_KEYS : []), ...own];
  const responses = names.map(name => [MEANINGS[name][0], { $ref: `#/components/responses/${name}` }]);
  return Object.fromEntries(responses);
}
