import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { NatsServer } from '@vigie/dev-env/servers';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import { makeCertificates, type ScratchCertificates, startScratchNats, temporaryDir } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { pino } from 'pino';
import { Health } from '../telemetry/health.ts';
import { connectNats } from './nats-connection.ts';

describe('connectNats over TLS', () => {
  const teardown = new AsyncDisposableStack();
  const trusted = getCACertificates('default');
  let certificates: ScratchCertificates;
  let server: NatsServer;

  before(async () => {
    const dir = teardown.use(await temporaryDir());
    certificates = await makeCertificates(dir.path);
    const [port, monitorPort] = (await pickFreePorts(2)) as [number, number];
    server = new NatsServer({ dataDir: dir.path, port, monitorPort, tls: certificates });
    await server.start();
    teardown.defer(() => server.stop());
  });
  beforeEach(() => setDefaultCACertificates([...trusted, certificates.authority]));
  afterEach(() => setDefaultCACertificates(trusted));
  after(() => teardown.disposeAsync());

  const overTls = (url: string, host = 'localhost') => url.replace('nats://', 'tls://').replace('127.0.0.1', host);
  const connectTo = (url: string) =>
    connectNats({ url, name: 'spec', logger: pino({ level: 'silent' }), health: new Health() });
  const startError = async (url: string) => {
    const error = await connectTo(url).catch((error: unknown) => error);
    expect(error).to.have.property('name', 'NatsStartError');
    return (error as Error).message;
  };

  it('connects to a server whose certificate is trusted', async () => {
    const connection = await connectTo(overTls(server.urlOf('probe-svc')));
    await connection.flush();
    await connection.close();
  });

  it('refuses a server without TLS, and says so', async () => {
    await using plain = await startScratchNats();
    expect(await startError(overTls(plain.urlOf('probe-svc')))).to.match(/^localhost:\d+ has no TLS, .* nats:\/\//);
  });

  it('refuses a certificate that nobody trusted has signed, and says what to do', async () => {
    setDefaultCACertificates(trusted);
    expect(await startError(overTls(server.urlOf('probe-svc')))).to.match(/certificate.*NODE_EXTRA_CA_CERTS/);
  });

  it('refuses a certificate for another name', async () => {
    expect(await startError(overTls(server.urlOf('probe-svc'), '127.0.0.1'))).to.match(
      /127\.0\.0\.1.*certificate.*altnames/,
    );
  });
});
