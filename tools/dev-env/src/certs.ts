/** `npm run certs`: certificates for TLS on this machine. */
import path from 'node:path';
import { MACHINE_DIR } from '../setup/project.mjs';
import {
  localHosts,
  serviceTlsVariables,
  writeCertificates,
  writeServiceCertificates,
} from './certificates/write-certificates.ts';

const DAYS = 90;

const dir = path.join(MACHINE_DIR, 'certs');
const shown = (file: string) => path.relative(process.cwd(), file);
const { authorityFile, certFile, keyFile } = await writeCertificates(dir, { hosts: localHosts(), days: DAYS });
const ca = shown(authorityFile);
const variables = Object.entries(serviceTlsVariables(await writeServiceCertificates(path.join(dir, 'services'), DAYS)));
console.log(`For ${localHosts().join(', ')}, for ${DAYS} days.

The gateway's; whoever trusts ${ca} trusts it:

  NODE_EXTRA_CA_CERTS=${ca} TLS_CERT_FILE=${shown(certFile)} TLS_KEY_FILE=${shown(keyFile)} npm start
  curl --cacert ${ca} https://localhost:8000/v1/alerts

The services', which they show one another; also for their names as containers:

${variables.map(([name, file]) => `  export ${name}=${shown(file)}`).join('\n')}
  npm start
`);
