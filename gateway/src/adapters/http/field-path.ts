import type { DescField, DescMessage } from '@bufbuild/protobuf';

/** The field that has this name, in snake_case as in the proto or in camelCase as in JSON. */
export function findField(message: DescMessage, name: string): DescField | undefined {
  return message.fields.find(field => field.name === name || field.jsonName === name);
}

/** The fields from a message down to the last name, or `undefined` where one isn't there. */
export function resolveFieldPath(message: DescMessage, names: readonly string[]): readonly DescField[] | undefined {
  const fields: DescField[] = [];
  let parent: DescMessage | undefined = message;
  for (const name of names) {
    const field: DescField | undefined = parent && findField(parent, name);
    if (field === undefined) return undefined;
    fields.push(field);
    parent = field.fieldKind === 'message' ? field.message : undefined;
  }
  return fields.length > 0 ? fields : undefined;
}
