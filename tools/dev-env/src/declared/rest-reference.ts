import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescMethod,
  getOption,
  hasOption,
  ScalarType,
} from '@bufbuild/protobuf';
import { scopeOf } from '@vigie/access/wire';
import { http } from '@vigie/proto/google/api/annotations_pb.ts';
import { FieldBehavior, field_behavior } from '@vigie/proto/google/api/field_behavior_pb.ts';
import type { HttpRule } from '@vigie/proto/google/api/http_pb.ts';
import { ApiKeyService } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { AuditService } from '@vigie/proto/vigie/access/v1/audit_service_pb.ts';
import { SessionService } from '@vigie/proto/vigie/access/v1/session_service_pb.ts';
import { TenantService } from '@vigie/proto/vigie/access/v1/tenant_service_pb.ts';
import { UserService } from '@vigie/proto/vigie/access/v1/user_service_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { success_status } from '@vigie/proto/vigie/http/v1/method_options_pb.ts';
import { QuarantinedAlertService } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { type ProtoComments, readProtoComments } from '@vigie/service-kit/grpc';
import { replaceBlock } from './block.ts';

const FILE = 'docs/rest.md';
const WIDTH = 120;
/** The whole public API; a spec of the gateway holds that against what it serves. */
const SERVICES = [
  ...[AlertService, QuarantinedAlertService, VideoService],
  ...[SessionService, UserService, TenantService, ApiKeyService, AuditService],
];

const WELL_KNOWN: Readonly<Record<string, string>> = {
  'google.protobuf.Timestamp': '[time](#values)',
  'google.protobuf.Duration': '[duration](#values)',
  'google.protobuf.FieldMask': '[field mask](#values)',
  'google.rpc.Status': '[error](#errors)',
};
const BYTES_OF_ITS_OWN = 'google.api.HttpBody';

interface Route {
  readonly verb: string;
  readonly path: string;
  readonly body: string;
}

/** docs/rest.md with every route and every message of the protos, in their own words. */
export function declareRestReference(page: string): string {
  const comments = readProtoComments(SERVICES.map(({ file }) => file));
  const methods = SERVICES.flatMap(({ methods }) => methods).filter(method => hasOption(method, http));
  const messages = new Set<DescMessage>();
  const routes = methods.map(method => renderMethod(method, comments, messages));
  const withRoutes = replaceBlock(FILE, page, 'routes', `\n${routes.join('\n\n')}\n`);
  const shown = [...withReferences(messages)].map(message => renderMessage(message, comments));
  return replaceBlock(FILE, withRoutes, 'messages', `\n${shown.join('\n\n')}\n`);
}

function renderMethod(method: DescMethod, comments: ProtoComments, messages: Set<DescMessage>): string {
  const routes = routesOf(method);
  const [first] = routes as [Route];
  const { input, output } = method;
  const inPath = routes.flatMap(({ path }) => [...path.matchAll(/\{(\w+)/g)].map(([, name]) => name));
  const bodyField = input.fields.find(({ name }) => name === first.body);
  if (bodyField?.message) messages.add(bodyField.message);
  const rows = input.fields
    .filter(field => field !== bodyField)
    .map(field => {
      const place = inPath.includes(field.name) ? 'path' : first.body === '*' ? 'body' : 'query';
      const name = place === 'body' ? field.jsonName : field.name;
      return [`\`${name}\``, place, typeOf(field), cell(commentOf(field, comments))];
    });
  const status = hasOption(method, success_status) ? getOption(method, success_status) : 200;
  return [
    `### ${routes.map(({ verb, path }) => `\`${verb} ${path}\``).join(', ')}`,
    fill(comments.get(`${method.parent.typeName}.${method.name}`) ?? ''),
    `Scope: \`${scopeOf(method)}\`.`,
    ...(bodyField?.message ? [`The body is ${article(bodyField.message)} ${linkTo(bodyField.message)}.`] : []),
    ...(rows.length === 0 ? [] : [table(['parameter', 'in', 'type', ''], rows)]),
    `${method.methodKind === 'server_streaming' ? `Answers ${status} with a [stream](#streams)` : `Answers ${status}`}${answer(output, messages)}`,
  ].join('\n\n');
}

function answer(output: DescMessage, messages: Set<DescMessage>): string {
  if (output.typeName === BYTES_OF_ITS_OWN) return ' with the bytes themselves.';
  messages.add(output);
  return `: ${linkTo(output)}.`;
}

function routesOf(method: DescMethod): Route[] {
  const rule = getOption(method, http);
  return [rule, ...rule.additionalBindings].map(toRoute);
}

function toRoute({ pattern, body }: HttpRule): Route {
  const { case: kind = '', value = '' } = pattern;
  return { verb: kind.toUpperCase(), path: String(value), body };
}

/** The messages and what they hold, in the order in which a reader meets them. */
function withReferences(messages: Set<DescMessage>): Set<DescMessage> {
  for (const message of messages) {
    for (const { message: held } of message.fields) if (held?.typeName.startsWith('vigie.')) messages.add(held);
  }
  return messages;
}

function renderMessage(message: DescMessage, comments: ProtoComments): string {
  const rows = message.fields.map(field => [
    `\`${field.jsonName}\``,
    typeOf(field),
    isRequired(field) ? `Required. ${cell(commentOf(field, comments))}` : cell(commentOf(field, comments)),
  ]);
  const enums = message.fields.map(field => field.enum).filter(each => each?.parent === message);
  return [
    `### ${titleOf(message)}`,
    fill(comments.get(message.typeName) ?? ''),
    table(['field', 'type', ''], rows),
    ...enums.map(each => renderEnum(each as DescEnum, comments)),
  ].join('\n\n');
}

function isRequired(field: DescField): boolean {
  return hasOption(field, field_behavior) && getOption(field, field_behavior).includes(FieldBehavior.REQUIRED);
}

function renderEnum(values: DescEnum, comments: ProtoComments): string {
  // The first one means that none was sent.
  const shown = values.values.filter(({ number }) => number !== 0);
  const rows = shown.map(({ name }) => [`\`${name}\``, cell(comments.get(`${values.typeName}.${name}`) ?? '')]);
  return [`### ${titleOf(values)}`, fill(comments.get(values.typeName) ?? ''), table(['value', ''], rows)].join('\n\n');
}

function typeOf(field: DescField): string {
  const many = field.fieldKind === 'list' ? 'list of ' : field.fieldKind === 'map' ? 'map of ' : '';
  if (field.message !== undefined) return many + (WELL_KNOWN[field.message.typeName] ?? linkTo(field.message));
  if (field.enum !== undefined) return many + linkTo(field.enum);
  return many + scalarName(field.scalar);
}

function scalarName(scalar: ScalarType | undefined): string {
  switch (scalar) {
    case ScalarType.STRING:
      return 'string';
    case ScalarType.BYTES:
      return 'base64';
    case ScalarType.BOOL:
      return 'boolean';
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return 'integer, as a string';
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return 'number';
    default:
      return 'integer';
  }
}

function commentOf(field: DescField, comments: ProtoComments): string {
  return comments.get(`${field.parent.typeName}.${field.name}`) ?? '';
}

function linkTo(type: DescMessage | DescEnum): string {
  const title = titleOf(type);
  return `[${title}](#${title.replaceAll('.', '').toLowerCase()})`;
}

/** With the message that it belongs to. */
function titleOf({ parent, name }: DescMessage | DescEnum): string {
  return parent === undefined ? name : `${parent.name}.${name}`;
}

function article({ name }: DescMessage): string {
  return /^[AEIOU]/.test(name) ? 'an' : 'a';
}

function cell(comment: string): string {
  return comment.replace(/\s+/g, ' ').replaceAll('|', '\\|');
}

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, column) =>
    Math.max(3, heading.length, ...rows.map(row => row[column]?.length ?? 0)),
  );
  const render = (cells: readonly string[]) =>
    `| ${cells.map((each, column) => each.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [render(headings), render(widths.map(width => '-'.repeat(width))), ...rows.map(render)].join('\n');
}

/** Each paragraph of a comment on lines of at most `WIDTH`. */
function fill(comment: string): string {
  const paragraphs = comment.split(/\n\n+/).map(paragraph => {
    const lines: string[] = [];
    for (const word of paragraph.split(/\s+/)) {
      const line = lines.at(-1);
      if (line !== undefined && line.length + 1 + word.length <= WIDTH) lines.splice(-1, 1, `${line} ${word}`);
      else lines.push(word);
    }
    return lines.join('\n');
  });
  return paragraphs.join('\n\n');
}
