export { EnvReader, InvalidEnvironmentError } from './env-reader.ts';
export { isKnownPassword, knownPasswordWarning } from './known-password.ts';
