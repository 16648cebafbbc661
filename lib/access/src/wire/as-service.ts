import type { Interceptor } from '@connectrpc/connect';
import { serviceAuthorization } from '../access-control.ts';

/** Calls another service as one of Vigie's own, unless the call already says on whose behalf it is. */
export function asService(serviceSecret: string): Interceptor {
  const authorization = serviceAuthorization(serviceSecret);
  return next => request => {
    if (!request.header.has('authorization')) request.header.set('authorization', authorization);
    return next(request);
  };
}
