import { type ContextValues, createContextKey, type Interceptor } from '@connectrpc/connect';
import type { AccessControl } from '../access-control.ts';
import type { Identity } from '../identity.ts';
import { translateAccessError } from './access-errors.ts';
import { scopeOf } from './method-scope.ts';

/** Set by whoever has authorized the call. */
export const identityKey = createContextKey<Identity | undefined>(undefined, { description: 'identity' });

/** Who calls. @throws Error in a call that was not authorized */
export function identityOf({ values }: { readonly values: ContextValues }): Identity {
  const identity = values.get(identityKey);
  if (identity === undefined) throw new Error('nobody has asked who calls');
  return identity;
}

/**
 * Lets only those call a method who have its scope, before anything of the request is read.
 *
 * The caller's credentials stay with the service: no call that it makes carries them on by itself.
 */
export function authorizeCalls(access: AccessControl): Interceptor {
  return next => async request => {
    try {
      const identity = await access.identify(request.header.get('authorization'));
      access.require(identity, scopeOf(request.method));
      request.contextValues.set(identityKey, identity);
    } catch (error) {
      throw translateAccessError(error) ?? error;
    }
    return next(request);
  };
}
