import type { EnvReader } from '../env/env-reader.ts';
import type { KeyPairPaths } from './key-pair-files.ts';

/** Reads `TLS_CERT_FILE` and `TLS_KEY_FILE`, of which a service needs both or neither. */
export function readKeyPairPaths(env: EnvReader): KeyPairPaths | undefined {
  const [certFile, keyFile] = env.pair('TLS_CERT_FILE', 'TLS_KEY_FILE') ?? [];
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}
