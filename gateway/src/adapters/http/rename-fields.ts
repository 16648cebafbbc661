import { Code, ConnectError } from '@connectrpc/connect';
import { BadRequestSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { invalidArgument } from '@vigie/service-kit/grpc';

/** The error with the names that the client itself gives to the fields, if it names any that are other ones. */
export function renameFields(error: unknown, nameOf: (field: string) => string): unknown {
  if (!(error instanceof ConnectError) || error.code !== Code.InvalidArgument) return error;
  const violations = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations);
  if (violations.every(({ field }) => nameOf(field) === field)) return error;
  return invalidArgument(
    violations.map(({ field, description }) => ({ field: nameOf(field), description })),
    error,
  );
}
