import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export interface ScratchCertificates {
  /** Of the authority that has signed the server's certificate, as PEM: whoever trusts it trusts the server. */
  readonly authority: string;
  readonly authorityFile: string;
  /** For `localhost`, not for 127.0.0.1. */
  readonly certFile: string;
  readonly keyFile: string;
}

const openssl = (args: string[]) => promisify(execFile)('openssl', args);
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

/** Certificates for a server on this machine, made in a folder of the caller's. */
export async function makeCertificates(dir: string): Promise<ScratchCertificates> {
  const at = (name: string) => path.join(dir, name);
  const [authorityFile, certFile, keyFile] = [at('authority.pem'), at('server.pem'), at('server.key')];
  await openssl(['req', '-x509', ...KEY, '-keyout', at('authority.key'), '-out', authorityFile, '-subj', '/CN=spec']);
  await openssl(['req', ...KEY, '-keyout', keyFile, '-out', at('server.csr'), '-subj', '/CN=localhost']);
  await writeFile(at('names'), 'subjectAltName=DNS:localhost');
  const signer = ['-CA', authorityFile, '-CAkey', at('authority.key'), '-CAcreateserial', '-days', '2'];
  await openssl(['x509', '-req', '-in', at('server.csr'), ...signer, '-extfile', at('names'), '-out', certFile]);
  return { authority: await readFile(authorityFile, 'utf8'), authorityFile, certFile, keyFile };
}
