import { randomUUID } from 'node:crypto';
import { findCommand } from '../../setup/find-command.mjs';
import type { Mesh } from '../mesh.ts';
import { adminKeyFile } from '../mesh-access.ts';
import { SYSTEM_USER } from '../servers/nats-users.ts';

const ADDRESS_WIDTH = 'http://127.0.0.1:65535'.length;
const SAMPLE_VIDEO = '/videos/mp4-faststart.mp4';

interface Paste {
  title: string;
  commands: string[];
}

/** The addresses of all processes, the gateway's first, and the few commands to begin with. */
export function firstCommands(mesh: Mesh, uid: string): string {
  const { url } = mesh;
  return [...addresses(mesh), '', ...curl(mesh, uid).commands, `${curlTo(url)} -N ${url}/v1/alerts:watch`].join('\n');
}

/** Where everything is, and commands to paste into a shell, with the real ports and an alert that is there. */
export function pasteCommands(mesh: Mesh, uid: string): string {
  const pastes = [curl(mesh, uid), grpc(mesh, uid), nats(mesh), psql(mesh, uid), logs(mesh, uid)];
  const shown = pastes.flatMap(({ title, commands }) => ['', title, ...commands.map(command => `  ${command}`)]);
  return [...addresses(mesh), ...shown].join('\n');
}

function addresses({ url, addresses, services, nats, dataDir }: Mesh): string[] {
  const nameWidth = Math.max(...services.map(({ name }) => name.length));
  const row = (name: string, ...cells: string[]) => [name.padEnd(nameWidth), ...cells].join('   ').trimEnd();
  const monitoring = nats === undefined ? [] : [`monitoring ${nats.monitorUrl}`];
  return [
    ...services.map(({ name, service, port, healthUrl }) => {
      const address =
        service === 'gateway' ? `${new URL(url).protocol}//127.0.0.1:${port}` : port && `127.0.0.1:${port}`;
      return row(name, `${address ?? ''}`.padEnd(ADDRESS_WIDTH), `health ${healthUrl}`);
    }),
    row('videos', `${addresses.videoOrigin}/videos/`),
    row('NATS', addresses.natsUrls.operator, ...monitoring),
    row('Postgres', addresses.databaseUrl),
    row('data, logs', dataDir, `${dataDir}/logs/`),
    '',
    `The gateway speaks REST (${url}/docs), Connect, gRPC-Web and gRPC, the other services gRPC;`,
    'health: /readyz, /metrics.',
  ];
}

/** The authority that signed the gateway's certificate, as Node was told; undefined if there is no TLS. */
function authorityFile(url: string): string | undefined {
  return url.startsWith('https:') ? process.env.NODE_EXTRA_CA_CERTS : undefined;
}

function curlTo(url: string): string {
  const authority = authorityFile(url);
  return authority === undefined ? 'curl -s' : `curl -s --cacert ${authority}`;
}

function curl(mesh: Mesh, uid: string): Paste {
  const call = curlTo(mesh.url);
  const created = randomUUID();
  return {
    title: 'REST:',
    commands: [
      `${call} -X POST ${mesh.url}/v1/alerts -H 'content-type: application/json' -d '${newAlert(created)}'`,
      `${call} '${mesh.url}/v1/alerts/${created}?wait=5s'`,
      `${call} '${mesh.url}/v1/alerts?stores=store-42&page_size=5'`,
      `export VIGIE_TOKEN=$(cat '${adminKeyFile(mesh.dataDir)}')   # an admin key, for all that strangers may not`,
      `${call} -H "authorization: Bearer $VIGIE_TOKEN" ${mesh.url}/v1/alerts/${uid}/poster -o poster.jpg`,
    ],
  };
}

function grpc(mesh: Mesh, uid: string): Paste {
  const address = new URL(mesh.url).host;
  const create = 'vigie.alert.v1.AlertService/CreateAlert';
  const get = 'vigie.alert.v1.AlertService/GetAlert';
  const isSecure = mesh.url.startsWith('https:');
  const authority = authorityFile(mesh.url);
  const trust = (option: string) => (authority === undefined ? '' : ` ${option} ${authority}`);
  const alert = `{"alert":${newAlert()}}`;
  if (findCommand('grpcurl') !== undefined) {
    const grpcurl = isSecure ? `grpcurl${trust('-cacert')}` : 'grpcurl -plaintext';
    return {
      title: 'gRPC:',
      commands: [
        `${grpcurl} ${address} list`,
        `${grpcurl} -d '${alert}' ${address} ${create}`,
        `${grpcurl} -d '{"uid":"${uid}"}' ${address} ${get}`,
      ],
    };
  }
  const bufCurl = `npx buf curl --protocol grpc${isSecure ? trust('--cacert') : ' --http2-prior-knowledge'}`;
  const { origin } = new URL(mesh.url);
  return {
    title: 'gRPC (with buf, as grpcurl is not on this machine):',
    commands: [
      `${bufCurl} --list-methods ${origin}`,
      `${bufCurl} -d '${alert}' ${origin}/${create}`,
      `${bufCurl} -d '{"uid":"${uid}"}' ${origin}/${get}`,
    ],
  };
}

function nats({ addresses, nats }: Mesh): Paste {
  const commands = [
    `export NATS_URL=${addresses.natsUrls.operator}`,
    'nats stream report',
    "nats sub 'alerts.>'   # until Ctrl-C; the next line in another terminal",
    `nats pub -J --no-templates alerts.received.store-42 '${newAlert()}'`,
    'npm run -s replay -- --store store-42 --since 15m',
    ...(nats === undefined ? [] : [`nats --server ${nats.urlOf(SYSTEM_USER)} server report jetstream`]),
  ];
  if (findCommand('nats') !== undefined) return { title: 'NATS:', commands };
  const monitor = nats && `curl -s '${nats.monitorUrl}/jsz?streams=true&consumers=true'`;
  return {
    title: 'NATS (the nats CLI is not on this machine: go install github.com/nats-io/natscli/nats@v0.5.0):',
    commands: [...commands, ...(monitor ? [monitor] : [])],
  };
}

function psql({ addresses, postgres }: Mesh, uid: string): Paste {
  const url = postgres?.readUrl ?? addresses.databaseUrl;
  const missing =
    findCommand('psql') === undefined ? ' (psql is not on this machine: apt-get install postgresql-client)' : '';
  return {
    title: `Postgres${missing}:`,
    commands: [
      `psql '${url}' -c 'select status, count(*) from alerts group by status'`,
      `psql '${url}' -x -c "select * from alerts where uid = '${uid}'"`,
      `psql '${url}' -c '\\d+ alerts'`,
    ],
  };
}

function logs({ dataDir }: Mesh, uid: string): Paste {
  return { title: "An alert's whole way:", commands: [`grep -h '${uid}' '${dataDir}'/logs/*.log`] };
}

function newAlert(uid: string = randomUUID()): string {
  return JSON.stringify({ uid, video: SAMPLE_VIDEO, timestamp: Date.now() / 1000, store: 'store-42' });
}
