import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { MikroORM } from '@mikro-orm/postgresql';
import { createLogger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { ormOptions } from './orm-options.ts';
import { LONG_TIMEOUTS } from './testing/long-timeouts.ts';
import { NOTES_SCHEMA } from './testing/notes-schema.ts';

describe('a connection to Postgres', () => {
  it('begins with no parameter that PgBouncer or the proxy of a cloud provider refuses', async () => {
    await using teardown = new AsyncDisposableStack();
    const greeted = Promise.withResolvers<string[]>();
    const server = createServer((socket: Socket) => {
      socket.once('data', packet => {
        greeted.resolve(startupParameters(packet));
        socket.destroy();
      });
    }).listen(0, '127.0.0.1');
    teardown.defer(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const url = `postgresql://vigie_store:secret@127.0.0.1:${port}/vigie`;
    const logger = createLogger('notes', 'silent');
    const orm = new MikroORM(ormOptions(NOTES_SCHEMA, { url, poolSize: 1, timeouts: LONG_TIMEOUTS, logger }));
    teardown.defer(() => orm.close(true));
    await orm.em
      .getConnection()
      .execute('select 1')
      .catch(() => undefined);
    // PgBouncer takes these, and no other unless it is told to.
    const taken = ['user', 'database', 'application_name', 'client_encoding'];
    expect((await greeted.promise).filter(name => !taken.includes(name))).to.deep.equal([]);
  });
});

/** The names in a StartupMessage: length, protocol version, then names and values, each ended by a NUL. */
function startupParameters(packet: Buffer): string[] {
  const texts = packet.subarray(8).toString('utf8').split('\0');
  return texts.filter((text, index) => index % 2 === 0 && text !== '');
}
