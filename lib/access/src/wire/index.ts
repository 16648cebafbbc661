export { translateAccessError } from './access-errors.ts';
export { asService } from './as-service.ts';
export { authorizeCalls, identityOf } from './authorize-calls.ts';
export { scopeOf } from './method-scope.ts';
export { type AccessConfig, openAccess, readAccessConfig, warnOfKnownSecret } from './open-access.ts';
