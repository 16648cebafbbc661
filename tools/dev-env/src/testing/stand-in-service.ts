/**
 * A service as the mesh sees one: an address, a health endpoint, JSON lines on stdout, an end on SIGTERM.
 * `STAND_IN=crash` ends before it is ready, `unready` never gets ready, `stubborn` ignores SIGTERM.
 */
import { createServer } from 'node:http';

const { PORT, HEALTH_PORT, HOST, STAND_IN } = process.env;

function log(msg: string): void {
  process.stdout.write(
    `${JSON.stringify({ level: 30, time: Date.now(), service: 'stand-in', msg, env: process.env })}\n`,
  );
}

log('starting');
if (STAND_IN === 'crash') {
  process.stdout.write(`${JSON.stringify({ level: 60, time: Date.now(), msg: 'DATABASE_URL is wrong' })}\n`);
  process.exit(3);
}
process.on('SIGTERM', () => {
  if (STAND_IN !== 'stubborn') process.exit(0);
});
if (PORT !== undefined) createServer((_, response) => response.end('stand-in')).listen(Number(PORT), HOST);
createServer((_, response) => {
  const ready = STAND_IN !== 'unready';
  response.writeHead(ready ? 200 : 503).end(JSON.stringify({ ready, checks: { nats: ready ? 'ok' : 'no servers' } }));
}).listen(Number(HEALTH_PORT), HOST);
