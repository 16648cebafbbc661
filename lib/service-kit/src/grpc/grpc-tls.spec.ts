import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import path from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { createClient } from '@connectrpc/connect';
import { TcpFaultProxy } from '@vigie/dev-env/faults';
import { makeCertificates, type ScratchCertificates, temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { expect } from 'chai';
import { createLogger } from '../telemetry/logger.ts';
import { KeyPairFiles } from '../tls/key-pair-files.ts';
import { DEFAULT_GRPC_SERVER_LIMITS } from './server/grpc-server-limits.ts';
import { EchoService } from './testing/echo-service.ts';
import { collect, failure, yieldAll } from './testing/rpc-outcome.ts';
import { nameServers } from './testing/spec-name.ts';
import { openChannel, startSpecServer } from './testing/spec-server.ts';

const POLL_MS = 20;
/** What a client of HTTP/2 says first, and empty settings. */
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';

describe('gRPC over TLS, with certificates on both ends', () => {
  let teardown: AsyncDisposableStack;
  let ours: ScratchCertificates;
  let theirs: ScratchCertificates;

  before(async () => {
    teardown = new AsyncDisposableStack();
    ours = await certify();
    theirs = await certify();
  });
  after(() => teardown.disposeAsync());

  const newDir = async () => teardown.use(await temporaryDir()).path;

  /** With an authority of its own. */
  async function certify(hosts: readonly string[] = ['localhost', '127.0.0.1']): Promise<ScratchCertificates> {
    return makeCertificates(await newDir(), { hosts, isClient: true });
  }

  interface Identity {
    readonly tls: KeyPairFiles;
    /** Resolves once it is what is used. */
    change(shown: ScratchCertificates, trusted: readonly ScratchCertificates[]): Promise<void>;
  }

  async function open(shown: ScratchCertificates, trusted = [shown]): Promise<Identity> {
    const dir = await newDir();
    const [certFile, keyFile, caFile] = ['cert', 'key', 'ca'].map(name => path.join(dir, name)) as [
      string,
      string,
      string,
    ];
    async function write(shown: ScratchCertificates, trusted: readonly ScratchCertificates[]): Promise<void> {
      await writeFile(certFile, shown.cert);
      await writeFile(keyFile, shown.key);
      await writeFile(caFile, trusted.map(({ authority }) => authority).join(''));
    }
    await write(shown, trusted);
    const logger = createLogger('spec', 'silent');
    const tls = teardown.use(await KeyPairFiles.open({ certFile, keyFile, caFile, logger, pollMs: POLL_MS }));
    return {
      tls,
      change: async (shown, trusted) => {
        const { succeeded } = tls.reloads;
        await write(shown, trusted);
        await waitFor('the change', () => tls.reloads.succeeded > succeeded || undefined);
      },
    };
  }

  const startEcho = (tls: KeyPairFiles, limits = DEFAULT_GRPC_SERVER_LIMITS) =>
    startSpecServer(
      EchoService,
      {
        unary: async ({ value }) => ({ value }),
        clientStream: async messages => ({ value: (await collect(messages, ({ value }) => value)).join() }),
        async *serverStream({ value }) {
          for (const letter of value) yield { value: letter };
        },
        bidiStream: messages => messages,
      },
      { tls, limits },
    );

  /** What a call over a channel of its own ends with. */
  async function echo(address: string, tls: KeyPairFiles | undefined): Promise<string> {
    using channel = openChannel(address, { tls, defaultTimeoutMs: 10_000 });
    const { value } = await createClient(EchoService, channel).unary({ value: 'echo' });
    return value;
  }

  /** What a client gets that connects by itself: text that a server has sent, the end, or an error. */
  async function getRaw(port: number, options: ConnectionOptions): Promise<string> {
    const socket = connect({ host: '127.0.0.1', port, ca: ours.authority, ALPNProtocols: ['h2'], ...options });
    using _ = { [Symbol.dispose]: () => socket.destroy() };
    const answer = Promise.race([
      once(socket, 'data').then(() => 'an answer'),
      once(socket, 'close').then(() => 'the end'),
    ]);
    socket.write(PREFACE, 'latin1');
    return await answer.catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
  }

  it('carries calls and streams of every kind', async () => {
    const { tls } = await open(ours);
    await using server = await startEcho(tls);
    for (const address of [server.address, `localhost:${server.port}`, `dns:///localhost:${server.port}`]) {
      using channel = openChannel(address, { tls });
      const client = createClient(EchoService, channel);
      const messages = [{ value: 'a' }, { value: 'b' }];
      expect((await client.unary({ value: 'a' })).value).to.equal('a');
      expect((await client.clientStream(yieldAll(messages))).value).to.equal('a,b');
      expect(await collect(client.serverStream({ value: 'ab' }), ({ value }) => value)).to.deep.equal(['a', 'b']);
      expect(await collect(client.bidiStream(yieldAll(messages)), ({ value }) => value)).to.deep.equal(['a', 'b']);
    }
  });

  it('gives nothing to clients without a certificate, or with one of another authority', async () => {
    const { tls } = await open(ours);
    let calls = 0;
    await using server = await startSpecServer(EchoService, { unary: async () => ({ value: `${++calls}` }) }, { tls });
    const { tls: strange } = await open(theirs, [ours]);
    expect(String(await failure(echo(server.address, strange)))).to.match(/\[unavailable\]/);
    expect(String(await failure(echo(server.address, undefined)))).to.match(/\[unavailable\]/);
    expect(calls).to.equal(0);

    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const only = { minVersion: version, maxVersion: version };
      expect(await getRaw(server.port, { ...only, cert: ours.cert, key: ours.key })).to.equal('an answer');
      expect(await getRaw(server.port, only)).to.be.oneOf(['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'EPROTO']);
      const answer = await getRaw(server.port, { ...only, cert: theirs.cert, key: theirs.key });
      expect(answer).to.be.oneOf(['the end', 'ECONNRESET']);
    }
    const plain = connectTcp(server.port, '127.0.0.1').on('error', () => {});
    plain.write(PREFACE, 'latin1');
    expect(Buffer.concat(await Array.fromAsync(plain)).byteLength).to.equal(0);
  });

  it('calls no server of another authority, or of another name', async () => {
    const [local, byAddress] = [await certify(['localhost']), await certify(['127.0.0.1'])];
    const { tls } = await open(ours, [ours, local, byAddress]);
    for (const [what, shown, host, wanted] of [
      ['another authority', theirs, '127.0.0.1', /unable to verify the first certificate/],
      ['a name, called by its address', local, '127.0.0.1', /IP: 127\.0\.0\.1 is not in the cert's list/],
      ['an address, called by its name', byAddress, 'localhost', /Host: localhost\. is not cert's CN: 127\.0\.0\.1/],
      ['a name', local, 'localhost', undefined],
      ['an address', byAddress, '127.0.0.1', undefined],
    ] as const) {
      const { tls: serverTls } = await open(shown, [ours]);
      await using server = await startEcho(serverTls);
      // By DNS localhost is also an address on which nobody listens.
      const address = host === 'localhost' ? nameServers(host, [server.port]) : `${host}:${server.port}`;
      const outcome = echo(address, tls);
      if (wanted === undefined) expect(await outcome, what).to.equal('echo');
      else expect(String(await failure(outcome)), what).to.match(wanted);
    }
  });

  it('spreads calls over the servers that are ready', async () => {
    const { tls } = await open(ours);
    const start = (uid: string) => startSpecServer(AlertService, { getAlert: async () => ({ uid }) }, { tls });
    await using a = await start('a');
    await using b = await start('b');
    using channel = openChannel(`ipv4:${a.address},${b.address}`, { tls });
    const client = createClient(AlertService, channel);
    const untilAnsweredBy = (names: string) =>
      waitFor(`answers of ${names}`, async () => {
        const found = new Set<string>();
        for (let call = 0; call < 6; call++) found.add((await client.getAlert({})).uid);
        return [...found].toSorted().join() === names || undefined;
      });
    await untilAnsweredBy('a,b');
    a.health.addCheck('spec', () => 'its disk is full');
    await untilAnsweredBy('b');
  });

  it('takes up other certificates and authorities, without a call that fails', async () => {
    const next = await certify();
    const client = await open(ours);
    const server = await open(ours);
    const { listenerLimits } = DEFAULT_GRPC_SERVER_LIMITS;
    // Connects anew all the time.
    const limits = { ...DEFAULT_GRPC_SERVER_LIMITS, listenerLimits: { ...listenerLimits, maxConnectionAgeMs: 100 } };
    await using renewing = await startEcho(server.tls, limits);
    const shown = async () => {
      const socket = connect({ host: '127.0.0.1', port: renewing.port, rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      using _ = { [Symbol.dispose]: () => socket.destroy() };
      return socket.getPeerX509Certificate()?.serialNumber;
    };

    await using kept = await startSpecServer(EchoService, { bidiStream: messages => messages }, { tls: server.tls });
    using keptChannel = openChannel(kept.address, { tls: client.tls });
    const said = new TransformStream<{ value: string }, { value: string }>();
    const writer = said.writable.getWriter();
    const heard = createClient(EchoService, keptChannel).bidiStream(said.readable)[Symbol.asyncIterator]();
    const hear = async (value: string) => {
      void writer.write({ value });
      expect((await heard.next()).value.value).to.equal(value);
    };
    await hear('before');

    using channel = openChannel(renewing.address, { tls: client.tls });
    const caller = createClient(EchoService, channel);
    let isOver = false;
    let answers = 0;
    let problem: unknown;
    const call = async () => {
      for (; !isOver; answers++) await caller.unary({ value: 'x' }, { timeoutMs: 10_000 });
    };
    const calling = call().catch(error => {
      problem = error;
    });
    for (const change of [
      () => client.change(ours, [ours, next]),
      () => server.change(ours, [ours, next]),
      () => server.change(next, [ours, next]),
      () => client.change(next, [ours, next]),
      () => server.change(next, [next]),
      () => client.change(next, [next]),
    ]) {
      await change();
      const before = answers;
      await waitFor('more answers', () => problem !== undefined || answers > before + 20 || undefined);
      expect(problem).to.equal(undefined);
      await hear(`after ${before}`);
      // Over a connection of its own.
      expect(await echo(nameServers('localhost', [renewing.port]), client.tls)).to.equal('echo');
    }
    isOver = true;
    await calling;
    expect(problem).to.equal(undefined);
    expect(await shown()).to.equal(new X509Certificate(next.cert).serialNumber);
    const { tls: late } = await open(ours, [next]);
    expect(String(await failure(echo(renewing.address, late)))).to.match(/\[unavailable\]/);
    await writer.close();
  });

  it('resumes no session of a client whose authority is no longer trusted', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { tls, change } = await open(ours);
      await using server = await startEcho(tls);
      const shown = { minVersion: version, maxVersion: version, cert: ours.cert, key: ours.key };
      const socket = connect({ host: '127.0.0.1', port: server.port, ca: ours.authority, ...shown });
      const [session] = (await once(socket, 'session')) as [Buffer];
      expect(await getRaw(server.port, { ...shown, session })).to.equal('an answer');
      socket.destroy();
      await change(ours, [theirs]);
      expect(await getRaw(server.port, { ...shown, session })).to.be.oneOf(['the end', 'ECONNRESET']);
    }
  });

  it('gives up a server that never ends its handshake', async () => {
    const { tls } = await open(ours);
    await using server = await startEcho(tls);
    await using proxy = await TcpFaultProxy.start(server.port);
    proxy.fault = { kind: 'half-open' };
    using channel = openChannel(`127.0.0.1:${proxy.port}`, { tls });
    const outcome = failure(createClient(EchoService, channel).unary({ value: 'x' }, { timeoutMs: 20_000 }));
    expect(String(await outcome)).to.match(/accepts the connection and says nothing for 5000 ms/);
  });

  it('says so by no warning of Node', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    using _ = { [Symbol.dispose]: () => process.off('warning', note) };
    const { tls } = await open(ours);
    await using server = await startEcho(tls);
    expect(await echo(server.address, tls)).to.equal('echo');
    expect(await echo(nameServers('localhost', [server.port]), tls)).to.equal('echo');
    expect(warnings).to.deep.equal([]);
  });
});
