import { type DescField, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { describeJsonError } from '../json-violations.ts';
import { textToJson, ValueFormError } from '../value-forms.ts';

/**
 * A parameter's text as the proto3 JSON of its field.
 *
 * @throws ValueFormError
 */
export function parameterToJson(field: DescField, text: string): JsonValue {
  const value = textToJson(field, text);
  // Checked on its own, so that an error is about this value and not about the whole message.
  try {
    const json = field.fieldKind === 'list' ? [value] : value;
    fromJson(field.parent, { [field.jsonName]: json });
  } catch (error) {
    throw new ValueFormError(describeJsonError(error), { cause: error });
  }
  return value;
}
