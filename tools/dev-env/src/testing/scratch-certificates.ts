import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeServerCertificate } from '../certificates/server-certificate.ts';

export interface ScratchCertificates {
  /** Of the authority that has signed the server's certificate, as PEM: whoever trusts it trusts the server. */
  readonly authority: string;
  readonly authorityFile: string;
  /** The server's, for `hosts`. */
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface ScratchCertificateOptions {
  readonly hosts?: readonly string[];
  readonly days?: number;
  readonly heldDays?: number;
}

/** Certificates for a server, by default `localhost` but not 127.0.0.1, made in a folder of the caller's. */
export async function makeCertificates(
  dir: string,
  { hosts = ['localhost'], days = 2, heldDays = 1 }: ScratchCertificateOptions = {},
): Promise<ScratchCertificates> {
  const { authority, server } = makeServerCertificate({ hosts, days, heldDays });
  const at = (name: string) => path.join(dir, name);
  const [authorityFile, certFile, keyFile] = [at('authority.pem'), at('server.pem'), at('server.key')] as const;
  await writeFile(authorityFile, authority.cert);
  await writeFile(certFile, server.cert);
  // Postgres refuses a key that others may read.
  await writeFile(keyFile, server.key, { mode: 0o600 });
  return { authority: authority.cert, authorityFile, cert: server.cert, key: server.key, certFile, keyFile };
}
