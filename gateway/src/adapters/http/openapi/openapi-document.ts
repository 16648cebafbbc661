import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { readProtoComments } from '@vigie/service-kit/grpc';
import { answersRawBytes } from '../transcoder/encode-response.ts';
import { httpBindings } from '../transcoder/http-binding.ts';
import { maskedResources } from '../transcoder/masked-json.ts';
import { ERROR_RESPONSES, ERROR_SCHEMAS, HEADERS } from './error-responses.ts';
import { PARAMETERS } from './idempotency-parameter.ts';
import type { Schema } from './json-schema.ts';
import { MessageSchemas } from './message-schemas.ts';
import { describeOperation, pathOf, tagOf } from './operation.ts';

const VERSION = '1';
const SECURITY_SCHEMES: Schema = {
  ApiKey: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'vgk_<id>_<secret>',
    description: 'An API key. Each operation says which scope it needs.',
  },
  AccessToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'What a user is given who logs in, or an access token of another issuer that is taken here.',
  },
};
const DESCRIPTION = `Vigie takes the alerts of camera systems in, learns what their videos are, and tells whoever watches.

Fields have camelCase names in bodies; requests may use the names of parameters (\`page_size\`) there too. An answer has
all fields that are not optional, also where they are empty. Times are RFC 3339; requests may give Unix seconds as well.
64-bit integers are strings.`;

/**
 * The OpenAPI 3.1 document of all methods that have routes, from their protos: comments, rules, field behaviour.
 *
 * https://spec.openapis.org/oas/v3.1.1
 */
export function describeApi(methods: readonly DescMethod[]): Schema {
  const bindings = methods.flatMap(httpBindings);
  const services = new Set<DescService>(bindings.map(({ method }) => method.parent));
  const comments = readProtoComments([...services].map(({ file }) => file));
  const answers = bindings.filter(binding => !answersRawBytes(binding)).map(({ method }) => method.output);
  const schemas = new MessageSchemas(comments, answers, methods.flatMap(maskedResources));
  const paths: Record<string, Record<string, Schema>> = {};
  for (const binding of bindings) {
    const operation = describeOperation(binding, schemas, comments);
    const path = pathOf(binding);
    paths[path] = { ...paths[path], [binding.httpMethod.toLowerCase()]: operation };
  }
  const tags = new Map(bindings.map(binding => [tagOf(binding), comments.get(binding.method.parent.typeName)]));
  return {
    openapi: '3.1.1',
    info: {
      title: 'Vigie',
      version: VERSION,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    // What strangers may do is for whoever runs Vigie to decide: `{}` is nobody.
    security: [{ ApiKey: [] }, { AccessToken: [] }, {}],
    tags: [...tags].map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: { ...ERROR_SCHEMAS, ...schemas.components },
      parameters: PARAMETERS,
      responses: ERROR_RESPONSES,
      headers: HEADERS,
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}
