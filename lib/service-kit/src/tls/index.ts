export { checkIdentityOf } from './check-identity-of.ts';
