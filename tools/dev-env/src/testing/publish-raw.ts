import { once } from 'node:events';
import { createConnection } from 'node:net';

/**
 * A message as no client of ours would publish it: `headers` is sent as it is. Resolves once the server has it.
 */
export async function publishRaw(natsUrl: string, subject: string, headers: string, payload: string): Promise<void> {
  const { hostname, port, username: user, password: pass } = new URL(natsUrl);
  const socket = createConnection(Number(port), hostname);
  try {
    // The server speaks first.
    await once(socket, 'data');
    const head = `NATS/1.0\r\n${headers}\r\n\r\n`;
    const sizes = `${Buffer.byteLength(head)} ${Buffer.byteLength(head + payload)}`;
    socket.write(`CONNECT ${JSON.stringify({ user, pass, headers: true, verbose: false, protocol: 1 })}\r\n`);
    socket.write(`HPUB ${subject} ${sizes}\r\n${head}${payload}\r\nPING\r\n`);
    for await (const answer of socket) if (String(answer).includes('PONG')) return;
    throw new Error('The server hung up on a raw message.');
  } finally {
    socket.destroy();
  }
}
