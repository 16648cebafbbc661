import { existsSync } from 'node:fs';
import path from 'node:path';
import { SERVER_BIN_DIR } from '../../setup/project.mjs';
import { DevEnvError } from '../dev-env-error.ts';

/** The path of a server that setup has installed or found. */
export function serverBinary(name: 'nats-server' | 'nginx'): string {
  const binary = path.join(SERVER_BIN_DIR, name);
  if (!existsSync(binary)) throw new DevEnvError(`${name} is not set up yet. Run: npm run setup`);
  return binary;
}
