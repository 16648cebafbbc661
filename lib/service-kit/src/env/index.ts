export { EnvReader, InvalidEnvironmentError } from './env-reader.ts';
