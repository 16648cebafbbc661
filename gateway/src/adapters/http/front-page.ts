import type { DescMethod, JsonValue } from '@bufbuild/protobuf';
import { httpBindings } from './transcoder/http-binding.ts';

/** What this is, for whoever has only its address. */
export function describeFrontPage(methods: readonly DescMethod[]): JsonValue {
  const routes = methods
    .flatMap(httpBindings)
    .map(({ httpMethod, template, method }) => [`${httpMethod} ${template.source}`, method.name]);
  return {
    name: 'Vigie',
    description: 'Accepts the alerts of camera systems, learns what their videos are, and reports the outcomes.',
    rest: Object.fromEntries(routes),
    rpc: [...new Set(methods.map(({ parent }) => parent.typeName))],
    protocols: ['REST (JSON)', 'Connect', 'gRPC-Web', 'gRPC (with reflection and health checking)'],
    documentation: { openapi: '/openapi.json', interactive: '/docs', more: 'docs/ of the repository' },
  };
}
