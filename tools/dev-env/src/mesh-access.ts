import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { newApiKey, readApiKey, SCOPES } from '@vigie/access';

/** Who may call a mesh. */
export interface MeshAccess {
  /** An API key with the scope `admin`. */
  readonly adminKey: string;
  readonly serviceSecret: string;
}

/** With the data, as the key's row is in the database. */
export function adminKeyFile(dataDir: string): string {
  return path.join(dataDir, 'admin-key');
}

/** The mesh's admin key, the same for the same data; a secret for its services, each time another. */
export async function openMeshAccess(dataDir: string): Promise<MeshAccess> {
  const file = adminKeyFile(dataDir);
  const kept = await readFile(file, 'utf8').catch(() => '');
  const adminKey = readApiKey(kept.trim()) === undefined ? newApiKey() : kept.trim();
  if (adminKey !== kept.trim()) await writeFile(file, `${adminKey}\n`, { mode: 0o600 });
  return { adminKey, serviceSecret: randomBytes(32).toString('base64url') };
}

/** What the services are told. By default strangers may do all that users may: tests and benches need no key then. */
export function accessVariables({ adminKey, serviceSecret }: MeshAccess, service: string): NodeJS.ProcessEnv {
  const scopes = SCOPES.filter(scope => scope !== 'admin');
  return {
    ANONYMOUS_SCOPES: scopes.join(),
    SERVICE_SECRET: serviceSecret,
    ...(service === 'access-svc' && { ADMIN_KEY: adminKey }),
  };
}

/** Of access-svc: everybody may register, and finds the mails with the data. @param url of the gateway */
export function registrationVariables(dataDir: string, url: string): NodeJS.ProcessEnv {
  return { REGISTRATION: 'on', PUBLIC_URL: url, MAIL_DIR: path.join(dataDir, 'mail') };
}
