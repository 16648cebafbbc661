import { type ContextValues, createContextKey, type Interceptor } from '@connectrpc/connect';
import type { CallRequest } from '@vigie/service-kit/grpc';
import type { AccessControl } from '../access-control.ts';
import { type Identity, SERVICE_IDENTITY } from '../identity.ts';
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

/** Says who calls once that is known, of a call that needed no credentials. */
export function setIdentity({ values }: { readonly values: ContextValues }, identity: Identity): void {
  values.set(identityKey, identity);
}

/** On whose behalf one of Vigie's own services calls; of anybody else it says nothing. */
const TENANT_HEADER = 'vigie-tenant';

/** How one of Vigie's own services calls another on behalf of a tenant, or of `ALL_TENANTS`. */
export function onBehalfOf(tenant: string): { readonly headers: Readonly<Record<string, string>> } {
  return { headers: { [TENANT_HEADER]: tenant } };
}

/** @param tenant null for the default one */
function serviceFor(tenant: string | null): Identity {
  return tenant === null ? SERVICE_IDENTITY : { ...SERVICE_IDENTITY, tenant };
}

/** Between two looks at whether the caller of a stream may go on. */
const LOOK_MS = 1_000;

/**
 * Lets only those call a method who have its scope, before anything of the request is read. A stream ends with
 * its next answer once its caller may no more.
 */
export function authorizeCalls(access: AccessControl): Interceptor {
  async function authorize({ header, method }: CallRequest): Promise<Identity> {
    try {
      const identity = await access.admit(header.get('authorization'), scopeOf(method));
      return identity === SERVICE_IDENTITY ? serviceFor(header.get(TENANT_HEADER)) : identity;
    } catch (error) {
      throw translateAccessError(error) ?? error;
    }
  }

  async function* eachAuthorized<T>(messages: AsyncIterable<T>, request: CallRequest): AsyncIterable<T> {
    let lookedAt = performance.now();
    for await (const message of messages) {
      if (performance.now() - lookedAt > LOOK_MS) {
        await authorize(request);
        lookedAt = performance.now();
      }
      yield message;
    }
  }

  return next => async request => {
    request.contextValues.set(identityKey, await authorize(request));
    const response = await next(request);
    return response.stream ? { ...response, message: eachAuthorized(response.message, request) } : response;
  };
}
