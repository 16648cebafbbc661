import { connect as connectSocket, type Socket } from 'node:net';
import { pause } from '@vigie/service-kit/async';
import { type Attack, type AttackResult, PORTS, type Target } from '../attack.ts';
import { Http2Client } from '../clients/http2-client.ts';
import { LIST_METHODS, unaryCall } from '../payloads/calls.ts';

const IDLE_CONNECTIONS = 2_000;
const SLOW_CONNECTIONS = 200;
const BIG_HEADER_BYTES = 100 * 1024;
/** A client's preface with an empty SETTINGS frame (RFC 9113, section 3.4). */
const SILENT_HTTP2 = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from('000000040000000000', 'hex'),
]);

/** Connections that cost the stranger nothing. */
export const CONNECTION_ATTACKS: readonly Attack[] = [
  {
    name: 'idle-connections',
    what: `${IDLE_CONNECTIONS} connections that send nothing`,
    ports: PORTS,
    run: target => hold(target, IDLE_CONNECTIONS, () => undefined),
  },
  {
    name: 'silent-http2',
    what: `${SLOW_CONNECTIONS} HTTP/2 connections that answer nothing, not even a PING`,
    ports: PORTS,
    run: target => hold(target, SLOW_CONNECTIONS, socket => void socket.write(SILENT_HTTP2)),
  },
  {
    name: 'slow-headers',
    what: `${SLOW_CONNECTIONS} requests whose headers never end`,
    ports: ['gateway'],
    run: target => hold(target, SLOW_CONNECTIONS, socket => void socket.write('POST /v1/alerts HTTP/1.1\r\nhost: ')),
  },
  {
    name: 'slow-bodies',
    what: `${SLOW_CONNECTIONS} requests whose bodies never come`,
    ports: ['gateway'],
    run: target =>
      hold(target, SLOW_CONNECTIONS, socket => {
        const host = `host: ${target.address}\r\n`;
        socket.write(
          `POST /v1/alerts HTTP/1.1\r\n${host}content-type: application/json\r\ncontent-length: 900\r\n\r\n{`,
        );
      }),
  },
  {
    name: 'big-header',
    what: 'a header of 100 KiB beside other calls on its connection',
    ports: PORTS,
    run: sendBigHeader,
  },
];

/** Holds connections open; that the mesh still answers others is looked at while they are there. */
async function hold({ mesh, address }: Target, count: number, greet: (socket: Socket) => void): Promise<AttackResult> {
  const [host, port] = address.split(':') as [string, string];
  const sockets: Socket[] = [];
  try {
    for (let index = 0; index < count; index++) {
      const socket = connectSocket(Number(port), host);
      socket.on('error', () => undefined);
      socket.on('connect', () => greet(socket));
      sockets.push(socket);
      if (index % 200 === 199) await pause(20);
    }
    await pause(500);
    const answer = await fetch(`${mesh.url}/v1/alerts?pageSize=1`).catch((error: Error) => error);
    const isAlive = answer instanceof Response && answer.status === 200;
    return { answers: [], allowed: [], breaches: isAlive ? [] : [`the API does not answer beside them: ${answer}`] };
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

async function sendBigHeader({ address, port }: Target): Promise<AttackResult> {
  using client = await Http2Client.open(address);
  const announced = client.session.remoteSettings.maxHeaderListSize ?? Number.POSITIVE_INFINITY;
  const call = unaryCall(LIST_METHODS[port], Buffer.alloc(0), 'grpc');
  const beside = client.call(call);
  const big = await client.call({ ...call, headers: { ...call.headers, 'x-big': 'x'.repeat(BIG_HEADER_BYTES) } });
  const after = await client.call(call);
  const breaches = [
    ...(announced > BIG_HEADER_BYTES ? ['no limit on headers is announced (SETTINGS_MAX_HEADER_LIST_SIZE)'] : []),
    ...[await beside, after]
      .filter(({ ending }) => ending !== 'INVALID_ARGUMENT' && ending !== 'OK')
      .map(({ ending, message }) => `a call beside it ended as ${ending} ${message}`),
  ];
  return { answers: [big], allowed: ['RESOURCE_EXHAUSTED', 'HTTP 431', 'RST ENHANCE_YOUR_CALM'], breaches };
}
