import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';

/** An error of HTTP itself that no gRPC code maps to. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly rpcError: ConnectError;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, rpcError: ConnectError, headers: Readonly<Record<string, string>> = {}) {
    super(rpcError.rawMessage);
    this.status = status;
    this.rpcError = rpcError;
    this.headers = headers;
  }
}

export function routeNotFound(path: string): HttpError {
  const message = `There is nothing at ${path}.`;
  return new HttpError(404, rpcError(Code.NotFound, message, { reason: 'ROUTE_NOT_FOUND' }));
}

export function methodNotAllowed(method: string, path: string, allowed: readonly string[]): HttpError {
  const allow = allowed.join(', ');
  const message = `${path} doesn't take ${method}; it takes ${allow}.`;
  return new HttpError(405, rpcError(Code.Unimplemented, message, { reason: 'METHOD_NOT_ALLOWED' }), {
    allow,
  });
}

export function unsupportedMediaType(found: string): HttpError {
  const message = `The body is ${found}; send JSON with Content-Type: application/json.`;
  return new HttpError(415, rpcError(Code.InvalidArgument, message, { reason: 'UNSUPPORTED_MEDIA_TYPE' }));
}
