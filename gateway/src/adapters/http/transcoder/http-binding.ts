import { type DescField, type DescMethod, getOption, hasOption } from '@bufbuild/protobuf';
import { http } from '@vigie/proto/google/api/annotations_pb.ts';
import type { HttpRule } from '@vigie/proto/google/api/http_pb.ts';
import { CodeSchema } from '@vigie/proto/google/rpc/code_pb.ts';
import {
  cache_control,
  errors,
  location,
  media_type,
  success_status,
} from '@vigie/proto/vigie/http/v1/method_options_pb.ts';
import { findField, resolveFieldPath } from '../field-path.ts';
import { type PathTemplate, parsePathTemplate } from './path-template.ts';

/** Where the request's body goes: nowhere, to the whole message, or to one field. */
export type BodyTarget =
  | { readonly kind: 'none' }
  | { readonly kind: 'message' }
  | { readonly kind: 'field'; readonly field: DescField };

/** One way over HTTP to one method. */
export interface HttpBinding {
  readonly method: DescMethod;
  readonly httpMethod: string;
  readonly template: PathTemplate;
  readonly body: BodyTarget;
  /** The part of the answer that is shown, where it isn't the whole. */
  readonly responseField: DescField | undefined;
  readonly successStatus: number;
  /** Where what a success made can be read; `{name}` stands for a field of the response. */
  readonly location: string | undefined;
  /** Headers of a success besides those of its body. */
  readonly successHeaders: Readonly<Record<string, string>>;
  /** Of an answer of bytes. */
  readonly mediaType: string;
  /** The names of the gRPC codes of its own errors. */
  readonly errorCodes: readonly string[];
  /** Another way to a method that has one already. */
  readonly isAdditional: boolean;
}

export class HttpRuleError extends Error {
  override readonly name = 'HttpRuleError';

  constructor(method: DescMethod, problem: string, options?: ErrorOptions) {
    super(`google.api.http of ${method.parent.typeName}.${method.name} is wrong: ${problem}`, options);
  }
}

/**
 * The bindings that a method's `google.api.http` states; none if it has no such option.
 *
 * @throws HttpRuleError, PathTemplateError
 */
export function httpBindings(method: DescMethod): readonly HttpBinding[] {
  if (!hasOption(method, http)) return [];
  const rule = getOption(method, http);
  return [toBinding(method, rule, false), ...rule.additionalBindings.map(each => toBinding(method, each, true))];
}

function toBinding(method: DescMethod, rule: HttpRule, isAdditional: boolean): HttpBinding {
  if (method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming') {
    throw new HttpRuleError(method, 'a request of HTTP/JSON is one message, not a stream');
  }
  const [httpMethod, path] = pattern(method, rule);
  const template = parsePathTemplate(path);
  for (const { fieldPath } of template.variables) {
    if (resolveFieldPath(method.input, fieldPath) === undefined) {
      throw new HttpRuleError(method, `${method.input.typeName} has no field ${fieldPath.join('.')}`);
    }
  }
  return {
    method,
    httpMethod,
    template,
    body: bodyTarget(method, rule.body),
    responseField: rule.responseBody === '' ? undefined : requireField(method, 'output', rule.responseBody),
    location: hasOption(method, location) ? getOption(method, location) : undefined,
    successStatus: hasOption(method, success_status) ? getOption(method, success_status) : 200,
    successHeaders: hasOption(method, cache_control) ? { 'cache-control': getOption(method, cache_control) } : {},
    mediaType: hasOption(method, media_type) ? getOption(method, media_type) : 'application/octet-stream',
    errorCodes: getOption(method, errors).map(code => CodeSchema.value[code]?.name ?? ''),
    isAdditional,
  };
}

function pattern(method: DescMethod, { pattern: { case: kind, value } }: HttpRule): readonly [string, string] {
  if (kind === undefined) throw new HttpRuleError(method, 'it names no path');
  return kind === 'custom' ? [value.kind, value.path] : [kind.toUpperCase(), value];
}

function bodyTarget(method: DescMethod, body: string): BodyTarget {
  if (body === '') return { kind: 'none' };
  if (body === '*') return { kind: 'message' };
  return { kind: 'field', field: requireField(method, 'input', body) };
}

function requireField(method: DescMethod, side: 'input' | 'output', name: string): DescField {
  const field = findField(method[side], name);
  if (field === undefined) throw new HttpRuleError(method, `${method[side].typeName} has no field ${name}`);
  return field;
}
