export { DatabaseError, type DatabaseErrorReason } from './database-error.ts';
export { UnstorableError } from './unstorable-error.ts';
