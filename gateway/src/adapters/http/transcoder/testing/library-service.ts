import {
  create,
  createFileRegistry,
  type DescMethod,
  type DescService,
  type MessageInitShape,
  setExtension,
} from '@bufbuild/protobuf';
import {
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_duration,
  file_google_protobuf_field_mask,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
  FieldDescriptorProto_Label as Label,
  type MethodOptions,
  MethodOptionsSchema,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt';
import { http } from '@vigie/proto/google/api/annotations_pb.ts';
import { type HttpRuleSchema, HttpRuleSchema as RuleSchema } from '@vigie/proto/google/api/http_pb.ts';

type Rule = MessageInitShape<typeof HttpRuleSchema>;
type FieldInit = Partial<Pick<FieldDescriptorProto, 'typeName' | 'label' | 'proto3Optional' | 'oneofIndex'>>;

/** `google.api.HttpBody` without its extensions, which would need one more file. */
const httpBodyFile = create(FileDescriptorProtoSchema, {
  name: 'google/api/httpbody.proto',
  package: 'google.api',
  syntax: 'proto3',
  messageType: [
    {
      name: 'HttpBody',
      field: [field('content_type', 1, Type.STRING), field('data', 2, Type.BYTES)],
    },
  ],
});

const repeated = { label: Label.REPEATED };

/** A service with everything that an annotation and a request can hold. */
const libraryFile = create(FileDescriptorProtoSchema, {
  name: 'spec/library.proto',
  package: 'spec',
  syntax: 'proto3',
  dependency: [
    'google/api/httpbody.proto',
    'google/protobuf/timestamp.proto',
    'google/protobuf/duration.proto',
    'google/protobuf/wrappers.proto',
    'google/protobuf/field_mask.proto',
  ],
  enumType: [
    {
      name: 'Kind',
      value: [
        { name: 'KIND_UNSPECIFIED', number: 0 },
        { name: 'NOVEL', number: 1 },
        { name: 'ATLAS', number: 2 },
      ],
    },
  ],
  messageType: [
    {
      name: 'Shelf',
      field: [
        field('name', 1, Type.STRING),
        field('row_count', 2, Type.INT32),
        field('kind', 3, Type.ENUM, { typeName: '.spec.Kind' }),
      ],
    },
    {
      name: 'FindRequest',
      oneofDecl: [{ name: '_page' }],
      nestedType: [
        {
          name: 'LabelsEntry',
          options: { mapEntry: true },
          field: [field('key', 1, Type.STRING), field('value', 2, Type.STRING)],
        },
      ],
      field: [
        field('name', 1, Type.STRING),
        field('max_count', 2, Type.INT32),
        field('big', 3, Type.INT64),
        field('exact', 4, Type.BOOL),
        field('kind', 5, Type.ENUM, { typeName: '.spec.Kind' }),
        field('kinds', 6, Type.ENUM, { typeName: '.spec.Kind', ...repeated }),
        field('tags', 7, Type.STRING, repeated),
        field('ratio', 8, Type.DOUBLE),
        field('raw', 9, Type.BYTES),
        field('since', 10, Type.MESSAGE, { typeName: '.google.protobuf.Timestamp' }),
        field('within', 11, Type.MESSAGE, { typeName: '.google.protobuf.Duration' }),
        field('title', 12, Type.MESSAGE, { typeName: '.google.protobuf.StringValue' }),
        field('flag', 13, Type.MESSAGE, { typeName: '.google.protobuf.BoolValue' }),
        field('mask', 14, Type.MESSAGE, { typeName: '.google.protobuf.FieldMask' }),
        field('shelf', 15, Type.MESSAGE, { typeName: '.spec.Shelf' }),
        field('labels', 16, Type.MESSAGE, { typeName: '.spec.FindRequest.LabelsEntry', ...repeated }),
        field('page', 17, Type.INT32, { proto3Optional: true, oneofIndex: 0 }),
        field('shelves', 18, Type.MESSAGE, { typeName: '.spec.Shelf', ...repeated }),
        field('resume_token', 19, Type.STRING),
      ],
    },
    {
      name: 'FindResponse',
      field: [field('shelf', 1, Type.MESSAGE, { typeName: '.spec.Shelf' }), field('resume_token', 2, Type.STRING)],
    },
  ],
  service: [
    {
      name: 'Library',
      method: [
        method('Find', '.spec.FindResponse', {
          pattern: { case: 'get', value: '/v1/{name=shelves/*}/books' },
          additionalBindings: [
            { pattern: { case: 'post', value: '/v1/books:find' }, body: '*' },
            { pattern: { case: 'put', value: '/v1/books/{shelf.name}' }, body: '*' },
            { pattern: { case: 'patch', value: '/v1/books/{name}' }, body: 'shelf' },
            { pattern: { case: 'custom', value: { kind: 'SEARCH', path: '/v1/books' } } },
          ],
        }),
        method('FindShelf', '.spec.FindResponse', {
          pattern: { case: 'get', value: '/v1/shelf' },
          responseBody: 'shelf',
        }),
        method('GetCover', '.google.api.HttpBody', { pattern: { case: 'get', value: '/v1/covers/{name}' } }),
        method('Listen', '.spec.FindResponse', { pattern: { case: 'get', value: '/v1/books:listen' } }, true),
        method('ReadPages', '.google.api.HttpBody', { pattern: { case: 'get', value: '/v1/pages' } }, true),
      ],
    },
  ],
});

export const Library: DescService = loadService('spec.Library');

export function libraryMethod(name: string): DescMethod {
  const found = Library.methods.find(each => each.name === name);
  if (found === undefined) throw new Error(`Library has no method ${name}.`);
  return found;
}

/** A method with this rule, for what is wrong with rules. */
export function methodWithRule(rule: Rule): DescMethod {
  const found = libraryMethod('Find');
  const proto = create(MethodOptionsSchema);
  setExtension(proto, http, create(RuleSchema, rule));
  return { ...found, proto: { ...found.proto, options: proto } };
}

function loadService(typeName: string): DescService {
  const known = new Map(
    [
      file_google_protobuf_timestamp,
      file_google_protobuf_duration,
      file_google_protobuf_wrappers,
      file_google_protobuf_field_mask,
    ].map(file => [file.proto.name, file.proto]),
  );
  known.set(httpBodyFile.name, httpBodyFile);
  const service = createFileRegistry(libraryFile, name => known.get(name)).getService(typeName);
  if (service === undefined) throw new Error(`There is no ${typeName}.`);
  return service;
}

function field(name: string, number: number, type: Type, init: FieldInit = {}): FieldDescriptorProto {
  const jsonName = name.replace(/_./g, ([, letter = '']) => letter.toUpperCase());
  return create(FieldDescriptorProtoSchema, { name, number, type, label: Label.OPTIONAL, jsonName, ...init });
}

function method(name: string, outputType: string, rule: Rule, serverStreaming = false) {
  return { name, inputType: '.spec.FindRequest', outputType, serverStreaming, options: options(rule) };
}

function options(rule: Rule): MethodOptions {
  const result = create(MethodOptionsSchema);
  setExtension(result, http, create(RuleSchema, rule));
  return result;
}
