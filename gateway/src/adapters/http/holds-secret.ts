import type { DescMessage } from '@bufbuild/protobuf';

/** Whether a field is a secret, such as a new API key or a password: it is kept nowhere. */
export function holdsSecret({ fields }: DescMessage): boolean {
  return fields.some(({ proto }) => proto.options?.debugRedact === true);
}
