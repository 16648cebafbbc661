import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { SERVICES } from '../services/declared-services.ts';
import { makeServerCertificate, type ServerCertificateOptions } from './server-certificate.ts';

export interface WrittenCertificates {
  /** Of the authority that has signed the other, as PEM: whoever trusts it trusts that. */
  readonly authority: string;
  readonly authorityFile: string;
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes a certificate and its authority and writes them into a folder: `ca.pem`, `server.pem` and `server.key`. */
export async function writeCertificates(dir: string, options: ServerCertificateOptions): Promise<WrittenCertificates> {
  const { authority, server } = makeServerCertificate(options);
  const at = (name: string) => path.join(dir, name);
  const [authorityFile, certFile, keyFile] = [at('ca.pem'), at('server.pem'), at('server.key')] as const;
  await mkdir(dir, { recursive: true });
  await writeFile(authorityFile, authority.cert);
  await writeFile(certFile, server.cert);
  // Postgres refuses a key that others may read.
  await writeFile(keyFile, server.key, { mode: 0o600 });
  return { authority: authority.cert, authorityFile, cert: server.cert, key: server.key, certFile, keyFile };
}

/** The names that this machine has for itself. */
export function localHosts(): string[] {
  return ['localhost', hostname(), '127.0.0.1', '::1'];
}

/** What all services can show one another, on this machine and as containers, which are named after them. */
export function writeServiceCertificates(dir: string, days: number): Promise<WrittenCertificates> {
  const names = SERVICES.filter(({ port }) => port !== undefined).map(({ name }) => name);
  return writeCertificates(dir, { hosts: [...localHosts(), ...names], days, isClient: true });
}

/** What has services speak TLS with them. */
export function serviceTlsVariables({ certFile, keyFile, authorityFile }: WrittenCertificates) {
  return { SERVICE_TLS_CERT_FILE: certFile, SERVICE_TLS_KEY_FILE: keyFile, SERVICE_TLS_CA_FILE: authorityFile };
}
