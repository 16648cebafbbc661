import { create, type DescMessage, type DescMethod, type DescService, type Message } from '@bufbuild/protobuf';
import { type Path, pathToString } from '@bufbuild/protobuf/reflect';
import { createValidator, type ValidatorOptions, type Violation } from '@bufbuild/protovalidate';
import type { Interceptor } from '@connectrpc/connect';
import { type FieldViolation, invalidArgument } from '../grpc/rpc-error.ts';

const regexes = new Map<string, RegExp>();

/**
 * protovalidate's own RE2 tries each character there is to learn what `\p{L}` means, 0.4 s of CPU. It guards against
 * patterns that need exponential time; the protos have none, and RE2 and JavaScript read them alike.
 */
const matchRegex: NonNullable<ValidatorOptions['regexMatch']> = (pattern, text) => {
  const regex = regexes.get(pattern) ?? new RegExp(pattern, 'u');
  regexes.set(pattern, regex);
  return regex.test(text);
};

/**
 * Refuses a request that breaks rules of its proto (`buf.validate`): INVALID_ARGUMENT, and each field that is wrong
 * named once.
 *
 * The rules of `services` are compiled at once, 0.1 s of CPU, so call it before the server listens: one that compiled
 * them with its first requests would say SERVING and then answer nobody.
 *
 * @param except - methods of a hot path, which check their requests by themselves
 * @throws Error if a rule can't be compiled
 */
export function validateRequests(services: readonly DescService[], except: readonly DescMethod[] = []): Interceptor {
  const validator = createValidator({ regexMatch: matchRegex });
  for (const { input } of services.flatMap(({ methods }) => methods)) findViolations(input, create(input));

  function findViolations(schema: DescMessage, message: Message): readonly Violation[] {
    const result = validator.validate(schema, message);
    // A rule that can't be evaluated is a mistake in the proto, not in the request.
    if (result.kind === 'error') throw result.error;
    return result.kind === 'invalid' ? result.violations : [];
  }

  function requireValid(schema: DescMessage, message: Message): void {
    const violations = findViolations(schema, message).map(toFieldViolation);
    if (violations.length > 0) throw invalidArgument(firstOfEachField(violations));
  }

  async function* requireEachValid(schema: DescMessage, messages: AsyncIterable<Message>): AsyncIterable<Message> {
    for await (const message of messages) {
      requireValid(schema, message);
      yield message;
    }
  }

  return next => async request => {
    const { method } = request;
    if (except.includes(method)) return next(request);
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
