import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { NatsServer } from '@vigie/dev-env/servers';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import { startScratchNats, temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { pino } from 'pino';
import { Health } from '../telemetry/health.ts';
import { connectNats } from './nats-connection.ts';

describe('connectNats', () => {
  it('waits for a server that is not up yet, and is not ready until then', async () => {
    await using dir = await temporaryDir();
    const [port, monitorPort] = (await pickFreePorts(2)) as [number, number];
    const server = new NatsServer({ dataDir: dir.path, port, monitorPort });
    const { logger, health } = observers();
    const connecting = connectNats({ url: server.urlOf('probe-svc'), name: 'spec', logger, health });
    expect(await natsState(health)).to.equal(`not connected to 127.0.0.1:${port}`);
    await server.start();
    const connection = await connecting;
    expect(await natsState(health)).to.equal('ok');
    await connection.close();
    await server.stop();
  });

  it('is not ready while the server is frozen, though its connection is open, and recovers', async () => {
    await using nats = await startScratchNats();
    const { logger, health } = observers();
    const connection = await connectNats({ url: nats.urlOf('probe-svc'), name: 'spec', logger, health });
    nats.server.kill('SIGSTOP');
    try {
      await waitFor('readiness to change', async () =>
        /gives no answer/.test((await natsState(health)) ?? '') ? true : undefined,
      );
    } finally {
      nats.server.kill('SIGCONT');
    }
    await waitFor('it to recover', async () => ((await natsState(health)) === 'ok' ? true : undefined));
    await connection.close();
  });

  it('comes back to a server that was gone while the clock was set back by hours', async () => {
    await using nats = await startScratchNats();
    const { logger, health } = observers();
    const connection = await connectNats({ url: nats.urlOf('probe-svc'), name: 'spec', logger, health });
    const { now } = Date;
    Date.now = () => now() - 3 * 3_600_000;
    try {
      await nats.server.stop();
      await waitFor('readiness to change', async () => ((await natsState(health)) === 'ok' ? undefined : true));
      await nats.server.start();
      await waitFor('it to recover', async () => ((await natsState(health)) === 'ok' ? true : undefined));
    } finally {
      Date.now = now;
      await connection.close();
    }
  });

  it('starts while one server of several is down, and leaves one that falls silent for another', async () => {
    await using first = await startScratchNats();
    await using second = await startScratchNats();
    const [downPort] = (await pickFreePorts(1)) as [number];
    const down = `nats://probe-svc:probe-svc@127.0.0.1:${downPort}`;
    const url = [down, first.urlOf('probe-svc'), second.urlOf('probe-svc')].join();
    const { logger, health } = observers();
    const connection = await connectNats({ url, name: 'spec', logger, health });
    const silent = first.url.endsWith(connection.getServer()) ? first.server : second.server;
    const other = silent === first.server ? second.server : first.server;
    silent.kill('SIGSTOP');
    try {
      await waitFor(
        'the other server',
        async () =>
          other.url.endsWith(connection.getServer()) && (await natsState(health)) === 'ok' ? true : undefined,
        40_000,
      );
    } finally {
      silent.kill('SIGCONT');
      await connection.close();
    }
  });

  it('ends at once if the password is wrong; names the variable and the user, and shows no password', async () => {
    await using nats = await startScratchNats();
    const url = nats.urlOf('probe-svc').replace(':probe-svc@', ':s3cret@');
    const { logger, health } = observers();
    const error = await connectNats({ url, name: 'spec', logger, health }).catch(error => error);
    expect(error).to.property('name', 'NatsStartError');
    expect(error.message).to.match(/refuses the user probe-svc with its password: set NATS_URL/);
    expect(error.message + (await natsState(health))).to.not.include('s3cret');
  });

  it('names every server that it was given, and shows no password', async () => {
    await using first = await startScratchNats();
    await using second = await startScratchNats();
    const url = [first, second].map(nats => nats.urlOf('probe-svc').replace(':probe-svc@', ':s3cret@')).join();
    const { logger, health } = observers();
    const error = await connectNats({ url, name: 'spec', logger, health }).catch(error => error);
    const [a, b] = [first, second].map(({ url }) => new URL(url).host);
    expect(error.message).to.equal(
      `${a}, ${b} refuses the user probe-svc with its password: ` +
        `set NATS_URL to nats://user:password@${a},nats://user:password@${b}`,
    );
  });

  it('is not ready after its password was changed under it, and recovers', async () => {
    await using dir = await temporaryDir();
    const [port, monitorPort] = (await pickFreePorts(2)) as [number, number];
    const place = { dataDir: dir.path, port, monitorPort };
    const right = new NatsServer({ ...place, passwords: { 'probe-svc': 's3cret' } });
    const wrong = new NatsServer({ ...place, passwords: { 'probe-svc': 'changed' } });
    const { logger, health, lines } = observers();
    await right.start();
    const connection = await connectNats({ url: right.urlOf('probe-svc'), name: 'spec', logger, health });
    try {
      await right.stop();
      await wrong.start();
      await waitFor('readiness to change', async () =>
        /refuses the user probe-svc/.test((await natsState(health)) ?? '') ? true : undefined,
      );
      // More often than the client takes as final by default.
      await waitFor('several tries', () => (refusalsBy(wrong) >= 3 ? true : undefined));
      expect(lines.filter(({ msg }) => /refuses the user/.test(msg))).to.lengthOf(1);
      await wrong.stop();
      await right.start();
      await waitFor('it to recover', async () => ((await natsState(health)) === 'ok' ? true : undefined));
      expect(connection.isClosed()).to.equal(false);
      expect(JSON.stringify(lines)).to.not.include('s3cret');
    } finally {
      await connection.close();
      await wrong.stop();
      await right.stop();
    }
  });

  it('logs an error about a permission that is missing', async () => {
    await using nats = await startScratchNats();
    const { logger, health, lines } = observers();
    const connection = await connectNats({ url: nats.urlOf('probe-svc'), name: 'spec', logger, health });
    connection.publish('alerts.received.s', '{}');
    const line = await waitFor('the log', () => lines.find(({ subject }) => subject === 'alerts.received.s'));
    expect(line).to.include({ level: 50, operation: 'publish' });
    expect(line.msg).to.match(/probe-svc lacks a permission/);
    await connection.close();
  });

  it('warns of a password that everybody knows, on any server but this machine', async () => {
    const { logger, health, lines } = observers();
    const never = connectNats({ url: 'nats://probe-svc:probe-svc@nats.invalid:4222', name: 'spec', logger, health });
    never.catch(() => undefined);
    expect(lines.map(({ level, msg }) => [level, msg])).to.deep.equal([
      [40, "EVERYBODY KNOWS THE PASSWORD of probe-svc in NATS_URL: it is the user's name. Set one of your own."],
    ]);
  });

  it('refuses a server that is too old, and says which and what to use', async () => {
    await using server = await startGreeter('2.9.10');
    const error = await connectNats({ url: server.url, name: 'spec', ...observers() }).catch(error => error);
    expect(error).to.property('name', 'NatsStartError');
    expect(error.message).to.match(/2\.9\.10 is too old and can lose accepted alerts: .* Use 2\.10\.27 or later/);
  });

  it('warns when it comes back to a server that is too old', async () => {
    await using server = await startGreeter('2.10.27');
    const { logger, health, lines } = observers();
    const connection = await connectNats({ url: server.url, name: 'spec', logger, health });
    server.restartAs('2.9.10');
    const line = await waitFor('the warning', () => lines.find(({ msg }) => /2\.9\.10 is too old/.test(msg)));
    expect(line.level).to.equal(40);
    await connection.close();
  });
});

/**
 * Answers as far as a client needs to take it for a connected nats-server of the version: an old one is not to be had.
 */
async function startGreeter(version: string) {
  let greeted = version;
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    const info = { server_id: 'GREETER', version: greeted, max_payload: 1_048_576, proto: 1, headers: true };
    socket.write(`INFO ${JSON.stringify(info)} \r\n`);
    socket.on('data', data => void (data.includes('PING') && socket.write('PONG\r\n')));
    socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const disconnectAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    restartAs(next: string) {
      greeted = next;
      disconnectAll();
    },
    async [Symbol.asyncDispose]() {
      disconnectAll();
      server.close();
    },
  };
}

interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly subject?: string;
}

function observers() {
  const lines: LogLine[] = [];
  return { logger: pino({}, { write: line => void lines.push(JSON.parse(line)) }), health: new Health(), lines };
}

async function natsState(health: Health): Promise<string | undefined> {
  return (await health.readiness()).checks.nats;
}

function refusalsBy(server: NatsServer): number {
  return server.log.lastLines(1_000).filter(line => line.includes('authentication error')).length;
}
