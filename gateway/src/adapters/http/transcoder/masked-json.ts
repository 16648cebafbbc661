import type { DescMessage, DescMethod, JsonObject, JsonValue, Message } from '@bufbuild/protobuf';
import type { FieldMask } from '@bufbuild/protobuf/wkt';
import { isJsonObject } from '../body-forms.ts';
import { findField } from '../field-path.ts';

type Path = readonly string[];

/**
 * The JSON of an answer with those fields alone that the request's `read_mask` names (AIP-157): of the answer itself,
 * or of each resource that it lists. Without it an answer has its empty fields too, which would be mistaken for values.
 */
export function maskedJson(method: DescMethod, request: Message, json: JsonValue): JsonValue {
  const paths = pathsOf(request);
  if (paths.length === 0 || !isJsonObject(json)) return json;
  const resources = listedResources(method.output);
  if (resources === undefined) return pick(method.output, json, paths);
  const items = json[resources.jsonName] as readonly JsonValue[];
  return { ...json, [resources.jsonName]: items.map(item => pick(resources.message, item as JsonObject, paths)) };
}

/** The message whose fields a request of the method may choose; none if it may not. */
export function maskedResources({ input, output }: DescMethod): readonly DescMessage[] {
  return findField(input, 'read_mask') === undefined ? [] : [listedResources(output)?.message ?? output];
}

/** Of a page (AIP-158). */
function listedResources({ fields }: DescMessage) {
  if (!fields.some(({ name }) => name === 'next_page_token')) return undefined;
  return fields.find(field => field.fieldKind === 'list' && field.listKind === 'message') as
    | { readonly jsonName: string; readonly message: DescMessage }
    | undefined;
}

function pathsOf(request: Message): readonly Path[] {
  const { readMask } = request as Message & { readonly readMask?: FieldMask };
  const paths = readMask?.paths ?? [];
  return paths.includes('*') ? [] : paths.map(path => path.split('.'));
}

function pick(desc: DescMessage, json: JsonObject, paths: readonly Path[]): JsonObject {
  const picked = Map.groupBy(paths, ([name = '']) => name).entries();
  return Object.fromEntries(
    picked.flatMap(([name, group]) => {
      const field = findField(desc, name);
      const value = field && json[field.jsonName];
      if (field === undefined || value === undefined) return [];
      const isWhole = field.fieldKind !== 'message' || !isJsonObject(value) || group.some(path => path.length === 1);
      const rest = group.map(path => path.slice(1));
      return [[field.jsonName, isWhole ? value : pick(field.message, value, rest)]];
    }),
  );
}
