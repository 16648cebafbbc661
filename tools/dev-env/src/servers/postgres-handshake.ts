import { createConnection } from 'node:net';

const PROTOCOL_3_0 = 0x0003_0000;

/**
 * Opens a session as a client does. A server that is still recovering accepts the connection and then refuses the
 * session, so connecting alone would show it as ready too soon.
 * @returns undefined if the server accepts sessions, otherwise why not
 */
export function postgresNotReady(port: number, user: string, database: string): Promise<string | undefined> {
  return new Promise(resolve => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: 1000 });
    const finish = (reason?: string) => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => socket.write(startupMessage(user, database)));
    socket.once('error', error => finish(error.message));
    socket.once('timeout', () => finish('it accepts connections but does not answer'));
    socket.once('close', () => finish('it closed the connection'));
    socket.once('data', answer => {
      const kind = String.fromCharCode(answer[0] ?? 0);
      finish(kind === 'R' ? undefined : errorMessage(answer));
    });
  });
}

function startupMessage(user: string, database: string): Buffer {
  const parameters = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + parameters.length, 0);
  head.writeInt32BE(PROTOCOL_3_0, 4);
  return Buffer.concat([head, parameters]);
}

/** The field M of an ErrorResponse. */
function errorMessage(answer: Buffer): string {
  const fields = answer.subarray(5).toString().split('\0');
  return fields.find(field => field.startsWith('M'))?.slice(1) ?? 'an answer that is not of Postgres';
}
