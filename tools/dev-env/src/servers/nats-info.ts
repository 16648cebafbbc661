import { createConnection } from 'node:net';

/** The part of the INFO with which a nats-server greets every client. */
export interface NatsInfo {
  version: string;
  jetstream?: boolean;
}

const TIMEOUT_MS = 2000;

/** @throws Error if nothing answers there, or not a nats-server */
export function readNatsInfo(host: string, port: number): Promise<NatsInfo> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, timeout: TIMEOUT_MS });
    let received = '';
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.once('error', fail);
    socket.once('timeout', () => fail(new Error('it does not greet as a nats-server does')));
    socket.once('close', () => fail(new Error('it closed the connection')));
    socket.on('data', chunk => {
      received += chunk;
      const greeting = /^INFO (\{.*\})\s*\r\n/.exec(received);
      if (greeting?.[1] === undefined) return;
      socket.destroy();
      resolve(JSON.parse(greeting[1]));
    });
  });
}
