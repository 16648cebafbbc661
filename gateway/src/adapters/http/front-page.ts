import type { DescMethod, JsonValue } from '@bufbuild/protobuf';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { ExchangeHandler } from './exchange.ts';
import { methodNotAllowed } from './http-error.ts';
import { sendError, sendJson } from './send.ts';
import { httpBindings } from './transcoder/http-binding.ts';

/** `GET /`: what this is, for whoever has only its address. */
export function createFrontPage(methods: readonly DescMethod[], logger: Logger): ExchangeHandler {
  const page = describe(methods);
  return async exchange => {
    exchange.route = '/';
    const { method = '' } = exchange.request;
    if (method === 'GET' || method === 'HEAD') sendJson(exchange, 200, page);
    else sendError(exchange, methodNotAllowed(method, '/', ['GET', 'HEAD']), logger);
  };
}

function describe(methods: readonly DescMethod[]): JsonValue {
  const routes = methods
    .flatMap(httpBindings)
    .map(({ httpMethod, template, method }) => [`${httpMethod} ${template.source}`, method.name]);
  return {
    name: 'Vigie',
    description: 'Accepts the alerts of camera systems, learns what their videos are, and reports the outcomes.',
    rest: Object.fromEntries(routes),
    rpc: [...new Set(methods.map(({ parent }) => parent.typeName))],
    protocols: ['REST (JSON)', 'Connect', 'gRPC-Web', 'gRPC (with reflection and health checking)'],
    documentation: 'proto/, gateway/README.md and docs/clients.md of the repository',
  };
}
