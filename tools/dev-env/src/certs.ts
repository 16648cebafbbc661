/** `npm run certs`: certificates for TLS on this machine. */
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { MACHINE_DIR } from '../setup/project.mjs';
import { makeServerCertificate } from './certificates/server-certificate.ts';

const DAYS = 90;

const { authority, server } = makeServerCertificate({
  hosts: ['localhost', hostname(), '127.0.0.1', '::1'],
  days: DAYS,
});
const dir = path.join(MACHINE_DIR, 'certs');
const [authorityFile, certFile, keyFile] = ['ca.pem', 'server.pem', 'server.key'].map(name => path.join(dir, name));
await mkdir(dir, { recursive: true });
await writeFile(`${authorityFile}`, authority.cert);
await writeFile(`${certFile}`, server.cert);
await writeFile(`${keyFile}`, server.key, { mode: 0o600 });

const shown = (file = '') => path.relative(process.cwd(), file);
console.log(`For localhost, ${hostname()}, 127.0.0.1 and ::1, for ${DAYS} days; whoever trusts ${shown(authorityFile)} trusts them:

  NODE_EXTRA_CA_CERTS=${shown(authorityFile)} TLS_CERT_FILE=${shown(certFile)} TLS_KEY_FILE=${shown(keyFile)} npm start
  curl --cacert ${shown(authorityFile)} https://localhost:8000/v1/alerts
`);
