import type { Interceptor } from '@connectrpc/connect';
import { SERVICE_IDENTITY } from './identity.ts';
import { SCOPES } from './scopes.ts';
import { asService } from './wire/as-service.ts';
import { identityKey } from './wire/authorize-calls.ts';

/** Environment of a service that lets everybody do all that users may. */
export const OPEN_ACCESS = { ANONYMOUS_SCOPES: SCOPES.filter(scope => scope !== 'admin').join() };

/** In the place of `authorizeCalls`, where it isn't what a spec is about. */
export const authorizeEverybody: Interceptor = next => request => {
  request.contextValues.set(identityKey, SERVICE_IDENTITY);
  return next(request);
};

/** Calls services that were given no secret of their own as one of them. */
export const asOwnService = asService('vigie');
