import type { DescMessage, DescMethod, Message } from '@bufbuild/protobuf';
import { type Path, pathToString } from '@bufbuild/protobuf/reflect';
import { createValidator, type Violation } from '@bufbuild/protovalidate';
import type { Interceptor } from '@connectrpc/connect';
import { type FieldViolation, invalidArgument } from '../rpc-error.ts';

/**
 * Refuses a request that breaks rules of its proto (`buf.validate`): INVALID_ARGUMENT, and each field that is wrong
 * named once.
 *
 * @param unvalidated - methods of a hot path, which check their requests by themselves
 */
export function validateRequests(unvalidated: readonly DescMethod[] = []): Interceptor {
  const validator = createValidator();

  function requireValid(schema: DescMessage, message: Message): void {
    const result = validator.validate(schema, message);
    // A rule that can't be evaluated is a mistake in the proto, not in the request.
    if (result.kind === 'error') throw result.error;
    if (result.kind === 'invalid') throw invalidArgument(firstOfEachField(result.violations.map(toFieldViolation)));
  }

  async function* requireEachValid(schema: DescMessage, messages: AsyncIterable<Message>): AsyncIterable<Message> {
    for await (const message of messages) {
      requireValid(schema, message);
      yield message;
    }
  }

  return next => async request => {
    const { method } = request;
    if (unvalidated.includes(method)) return next(request);
    if (request.stream) return next({ ...request, message: requireEachValid(method.input, request.message) });
    requireValid(method.input, request.message);
    return next(request);
  };
}

function toFieldViolation({ field, ruleId, message }: Violation): FieldViolation {
  // A rule of a whole message has an id that begins with the field to name.
  const name = field.length === 0 ? ruleId.split('.', 1)[0] : pathToString(firstOfOneof(field));
  // The description follows the field's name: "uid is required".
  return { field: name ?? '', description: message.replace(/^value /, '') };
}

/** A client knows the fields of a oneof, and in JSON not even its name. */
function firstOfOneof(path: Path): Path {
  const last = path.at(-1);
  const field = last?.kind === 'oneof' ? last.fields[0] : undefined;
  return field === undefined ? path : [...path.slice(0, -1), field];
}

function firstOfEachField(violations: readonly FieldViolation[]): FieldViolation[] {
  return [...Map.groupBy(violations, ({ field }) => field).values()].flatMap(([first]) => first ?? []);
}
