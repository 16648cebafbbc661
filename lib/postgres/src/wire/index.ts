export { databaseRpcError } from './database-rpc-error.ts';
