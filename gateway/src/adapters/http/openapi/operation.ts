import type { DescField } from '@bufbuild/protobuf';
import type { RequiredScope } from '@vigie/access';
import { scopeOf } from '@vigie/access/wire';
import type { ProtoComments } from '@vigie/service-kit/grpc';
import { answersRawBytes } from '../transcoder/encode-response.ts';
import type { HttpBinding } from '../transcoder/http-binding.ts';
import { STREAM_FORMATS } from '../transcoder/stream-format.ts';
import { errorsOf, headersOf } from './error-responses.ts';
import { idempotencyParameters } from './idempotency-parameter.ts';
import { type Schema, schemaOf } from './json-schema.ts';
import { isRequired, type MessageSchemas } from './message-schemas.ts';
import { isOneOfRequired } from './rule-keywords.ts';

/** Of scopes that strangers always have, or never. */
const SECURITY: Readonly<Partial<Record<RequiredScope, readonly Schema[]>>> = {
  admin: [{ ApiKey: [] }, { AccessToken: [] }],
  'signed-in': [{ AccessToken: [] }],
  public: [{}],
};

/** One route as an OpenAPI operation. */
export function describeOperation(binding: HttpBinding, schemas: MessageSchemas, comments: ProtoComments): Schema {
  const { method } = binding;
  const scope = scopeOf(method);
  const comment = comments.get(`${method.parent.typeName}.${method.name}`) ?? '';
  return schemaOf({
    operationId: operationIdOf(binding),
    tags: [tagOf(binding)],
    // The first sentence.
    summary: /^.*?[.](?=\s|$)/s.exec(comment)?.[0].replaceAll('\n', ' '),
    description: scope === undefined ? comment : `${comment}\n\nScope: \`${scope}\`.`,
    security: scope === undefined ? undefined : SECURITY[scope],
    parameters: [...parametersOf(binding, schemas), ...idempotencyParameters(binding)],
    requestBody: requestBodyOf(binding, schemas),
    responses: {
      [binding.successStatus]: successOf(binding, schemas),
      ...(answersRawBytes(binding) ? { 304: { description: 'The client has it already.' } } : {}),
      ...errorsOf(binding),
    },
  });
}

/** The service, without what all of them are called. */
export function tagOf({ method }: HttpBinding): string {
  return method.parent.name.replace(/Service$/, '');
}

/** Another way to a method is named by the first field in its path: `getPosterByUid`. */
function operationIdOf({ method, template, isAdditional }: HttpBinding): string {
  const name = `${method.name[0]?.toLowerCase()}${method.name.slice(1)}`;
  const [by = ''] = template.variables[0]?.fieldPath ?? [];
  return isAdditional ? `${name}By${by[0]?.toUpperCase()}${by.slice(1)}` : name;
}

/** The path as OpenAPI has it. */
export function pathOf({ template }: HttpBinding): string {
  return template.source.replace(/\{([\w.]+)=[^{}]*\}/g, '{$1}');
}

function parametersOf(binding: HttpBinding, schemas: MessageSchemas): Schema[] {
  const { method, template, body } = binding;
  const inPath = template.variables.map(({ fieldPath }) => fieldPath[0]);
  const isInPath = ({ name }: DescField) => inPath.includes(name);
  const fields = method.input.fields.filter(
    field => isInPath(field) || (body.kind !== 'message' && isParameter(field)),
  );
  return fields.map(field => {
    const { description, ...schema } = schemas.ofField(field, 'request');
    return schemaOf({
      name: field.name,
      in: isInPath(field) ? 'path' : 'query',
      required: isInPath(field) || isRequired(field) || isOneOfRequired(field) || undefined,
      description,
      schema,
      // The default for lists: `?statuses=FAILED&statuses=PROCESSED`.
      explode: field.fieldKind === 'list' ? true : undefined,
    });
  });

  function isParameter(field: DescField): boolean {
    if (body.kind === 'field' && body.field === field) return false;
    // Of a oneof one is given: that in the path, or else the first; another route has the others.
    return !isOneOfRequired(field) || (!field.oneof?.fields.some(isInPath) && field.oneof?.fields[0] === field);
  }
}

function requestBodyOf({ body, method }: HttpBinding, schemas: MessageSchemas): Schema | undefined {
  if (body.kind === 'none') return undefined;
  const schema = body.kind === 'field' ? schemas.ofField(body.field, 'request') : schemas.of(method.input, 'request');
  return { required: true, content: { 'application/json': { schema } } };
}

function successOf(binding: HttpBinding, schemas: MessageSchemas): Schema {
  const { location, successHeaders } = binding;
  const own = Object.entries(successHeaders).map(([name, value]) => [
    name,
    { schema: { type: 'string', const: value } },
  ]);
  const headers = {
    ...headersOf(binding),
    ...Object.fromEntries(own),
    ...(location === undefined
      ? {}
      : { location: { description: 'Where it can be read.', schema: { type: 'string' } } }),
  };
  return { description: 'Success.', headers, content: contentOf(binding, schemas) };
}

function contentOf(binding: HttpBinding, schemas: MessageSchemas): Schema {
  const { method, responseField, mediaType } = binding;
  if (answersRawBytes(binding)) return { [mediaType]: { schema: { type: 'string', format: 'binary' } } };
  const schema =
    responseField === undefined ? schemas.of(method.output, 'answer') : schemas.ofField(responseField, 'answer');
  if (method.methodKind === 'unary') return { 'application/json': { schema } };
  // Not one JSON but many; what each of them is stands in `x-item-schema`, which OpenAPI 3.2 calls `itemSchema`.
  const stream = { schema: { type: 'string' }, 'x-item-schema': schema };
  return Object.fromEntries(STREAM_FORMATS.map(({ contentType }) => [contentType, stream]));
}
