import type { EnvReader } from '../env/env-reader.ts';
import type { KeyPairPaths } from './key-pair-files.ts';

/** Reads `TLS_CERT_FILE` and `TLS_KEY_FILE`, of which a service needs both or neither. */
export function readKeyPairPaths(env: EnvReader): KeyPairPaths | undefined {
  const files = env.together('TLS_CERT_FILE', 'TLS_KEY_FILE');
  return files && { certFile: files.TLS_CERT_FILE, keyFile: files.TLS_KEY_FILE };
}

/** Reads `SERVICE_TLS_CERT_FILE`, `SERVICE_TLS_KEY_FILE` and `SERVICE_TLS_CA_FILE`: all of them or none. */
export function readServiceTlsPaths(env: EnvReader): KeyPairPaths | undefined {
  const files = env.together('SERVICE_TLS_CERT_FILE', 'SERVICE_TLS_KEY_FILE', 'SERVICE_TLS_CA_FILE');
  return (
    files && {
      certFile: files.SERVICE_TLS_CERT_FILE,
      keyFile: files.SERVICE_TLS_KEY_FILE,
      caFile: files.SERVICE_TLS_CA_FILE,
    }
  );
}
