import { type DescField, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { describeJsonError } from '../json-violations.ts';
import { describeTextForm, hasTextForm, quote, textToJson, ValueFormError } from '../value-forms.ts';

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
    const { message } = field;
    const isOneValue = message !== undefined && hasTextForm(message);
    const why = isOneValue ? `${describeTextForm(message)}, not ${quote(text)}` : describeJsonError(error);
    throw new ValueFormError(why, { cause: error });
  }
  return value;
}
