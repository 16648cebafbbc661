import { randomUUID } from 'node:crypto';
import { findCommand } from '../../setup/find-command.mjs';
import type { Mesh } from '../mesh.ts';

const SAMPLE_VIDEO = '/videos/mp4-faststart.mp4';

interface Paste {
  title: string;
  commands: string[];
}

/** The few addresses and commands to begin with, the gateway's first. */
export function firstCommands(mesh: Mesh, uid: string): string {
  const { addresses, url, dataDir } = mesh;
  return [
    `gateway    ${url}   (REST, Connect, gRPC-Web, gRPC)`,
    `NATS       ${addresses.natsUrls.operator}`,
    `Postgres   ${addresses.databaseUrl}`,
    `logs       ${dataDir}/logs/`,
    '',
    ...curl(mesh, uid).commands,
    `curl -sN ${url}/v1/alerts:watch`,
  ].join('\n');
}

/** Where everything is, and commands to paste into a shell, with the real ports and an alert that is there. */
export function pasteCommands(mesh: Mesh, uid: string): string {
  const pastes = [curl(mesh, uid), grpc(mesh, uid), nats(mesh), psql(mesh, uid), logs(mesh, uid)];
  const shown = pastes.flatMap(({ title, commands }) => ['', title, ...commands.map(command => `  ${command}`)]);
  return [...addresses(mesh), ...shown].join('\n');
}

function addresses(mesh: Mesh): string[] {
  const { addresses, services } = mesh;
  return [
    `gateway    ${mesh.url}   (REST, Connect, gRPC-Web, gRPC)`,
    `gRPC       ${services
      .filter(({ service, port }) => service !== 'gateway' && port !== undefined)
      .map(({ name, address }) => `${name} ${address}`)
      .join('   ')}`,
    `health     ${services.map(({ name, healthUrl }) => `${name} ${healthUrl}`).join('   ')}   (/readyz, /metrics)`,
    `videos     ${addresses.videoOrigin}/videos/`,
    `NATS       ${addresses.natsUrls.operator}${mesh.nats ? `   monitoring ${mesh.nats.monitorUrl}` : ''}`,
    `Postgres   ${addresses.databaseUrl}`,
    `data       ${mesh.dataDir}`,
  ];
}

function curl(mesh: Mesh, uid: string): Paste {
  return {
    title: 'REST:',
    commands: [
      `curl -s -X POST ${mesh.url}/v1/alerts -H 'content-type: application/json' -d '${newAlert()}'`,
      `curl -s ${mesh.url}/v1/alerts/${uid}`,
      `curl -s '${mesh.url}/v1/alerts?store=store-42&page_size=5'`,
    ],
  };
}

function grpc(mesh: Mesh, uid: string): Paste {
  const address = new URL(mesh.url).host;
  const create = 'vigie.alert.v1.AlertService/CreateAlert';
  const get = 'vigie.alert.v1.AlertService/GetAlert';
  const alert = `{"alert":${newAlert()}}`;
  if (findCommand('grpcurl') !== undefined) {
    return {
      title: 'gRPC:',
      commands: [
        `grpcurl -plaintext ${address} list`,
        `grpcurl -plaintext -d '${alert}' ${address} ${create}`,
        `grpcurl -plaintext -d '{"uid":"${uid}"}' ${address} ${get}`,
      ],
    };
  }
  const bufCurl = 'npx buf curl --protocol grpc --http2-prior-knowledge';
  return {
    title: 'gRPC (with buf, as grpcurl is not on this machine):',
    commands: [
      `${bufCurl} --list-methods http://${address}`,
      `${bufCurl} -d '${alert}' http://${address}/${create}`,
      `${bufCurl} -d '{"uid":"${uid}"}' http://${address}/${get}`,
    ],
  };
}

function nats({ addresses, nats }: Mesh): Paste {
  const commands = [
    `export NATS_URL=${addresses.natsUrls.operator}`,
    'nats stream ls',
    "nats sub 'alerts.>'",
    `nats pub alerts.received.store-42 '${newAlert()}'`,
  ];
  if (findCommand('nats') !== undefined) return { title: 'NATS:', commands };
  const monitor = nats && `curl -s '${nats.monitorUrl}/jsz?streams=true&consumers=true'`;
  return {
    title: 'NATS (the nats CLI is not on this machine; its project is github.com/nats-io/natscli):',
    commands: [...commands, ...(monitor ? [monitor] : [])],
  };
}

function psql({ addresses }: Mesh, uid: string): Paste {
  const missing =
    findCommand('psql') === undefined ? ' (psql is not on this machine: apt-get install postgresql-client)' : '';
  return {
    title: `Postgres${missing}:`,
    commands: [
      `psql '${addresses.databaseUrl}' -c 'select status, count(*) from alerts group by status'`,
      `psql '${addresses.databaseUrl}' -x -c "select * from alerts where uid = '${uid}'"`,
    ],
  };
}

function logs({ dataDir }: Mesh, uid: string): Paste {
  return { title: "An alert's whole way:", commands: [`grep -h '${uid}' '${dataDir}'/logs/*.log`] };
}

function newAlert(): string {
  return JSON.stringify({ uid: randomUUID(), video: SAMPLE_VIDEO, timestamp: Date.now() / 1000, store: 'store-42' });
}
