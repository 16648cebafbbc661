import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { SessionService } from '@vigie/proto/vigie/access/v1/session_service_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport, GrpcServer, rpcError } from '@vigie/service-kit/grpc';
import { createLogger, createMetrics, Health, newTrace, withTrace } from '@vigie/service-kit/telemetry';
import { failure } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { AccessControl, serviceAuthorization } from '../access-control.ts';
import type { AuditEvent } from '../audit-queue.ts';
import { SERVICE_IDENTITY } from '../identity.ts';
import { DEFAULT_TENANT } from '../tenants.ts';
import { userIdentity } from '../users/user-tokens.ts';
import { asService } from './as-service.ts';
import { auditCalls } from './audit-calls.ts';
import { authorizeCalls, identityKey, onBehalfOf, setIdentity } from './authorize-calls.ts';

const SECRET = 'spec';

describe('auditCalls', () => {
  const teardown = new AsyncDisposableStack();
  const events: AuditEvent[] = [];
  /** Of whoever calls, if it is to be another. */
  let subject: string | undefined;
  let open: (secret?: string) => ReturnType<typeof createClient<typeof AlertService>>;
  let openSessions: () => ReturnType<typeof createClient<typeof SessionService>>;

  before(async () => {
    const logger = createLogger('spec', 'silent');
    const translateError = (error: unknown) =>
      (error as Error).message === 'gone' ? rpcError(Code.NotFound, 'gone', { reason: 'GONE' }) : undefined;
    const access = new AccessControl({
      anonymousScopes: ['alerts:read'],
      serviceSecret: SECRET,
      identifyApiKey: async () => undefined,
    });
    const health = new Health();
    health.enter('running');
    const server = new GrpcServer({
      ...{ logger, metrics: createMetrics('spec'), health, translateError, shutdownGraceMs: 500, tls: undefined },
      authorize: authorizeCalls(access),
      interceptors: [
        auditCalls(event => events.push(event), { logger, translateError }),
        next => request => {
          if (subject !== undefined) request.contextValues.set(identityKey, { ...SERVICE_IDENTITY, subject });
          if (request.header.has('refuse')) throw new ConnectError('no', Code.InvalidArgument);
          return next(request);
        },
      ],
    });
    server.add(AlertService, {
      getAlert: async ({ uid }) => ({ uid }),
      async deleteAlert({ uid }) {
        if (uid !== 'there') throw new Error(uid);
        return {};
      },
      purgeAlerts: async () => ({ deleted: 1 }),
    });
    server.add(SessionService, {
      async refresh({ refreshToken }, context) {
        if (refreshToken === 'vgr_adas') setIdentity(context, userIdentity('ada', DEFAULT_TENANT, []));
        throw new Error('refused');
      },
    });
    teardown.use(server);
    const address = `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
    const channel = (secret?: string) =>
      teardown.use(
        new ChannelTransport({
          address,
          services: [AlertService],
          defaultTimeoutMs: 10_000,
          interceptors: secret === undefined ? [] : [asService(secret)],
        }),
      );
    open = secret => createClient(AlertService, channel(secret));
    openSessions = () => createClient(SessionService, channel());
  });
  beforeEach(() => {
    events.splice(0);
    subject = undefined;
  });
  after(() => teardown.disposeAsync());

  it('records who called what, and when, in which trace', async () => {
    const trace = newTrace();
    const before = Date.now();
    await withTrace(trace, () => open(SECRET).deleteAlert({ uid: 'there' }, onBehalfOf('acme')));
    expect(events).to.have.lengthOf(1);
    const [{ id, at, ...event } = {} as AuditEvent] = events;
    expect(event).to.deep.equal({
      subject: 'service',
      tenant: 'acme',
      method: 'vigie.alert.v1.AlertService/DeleteAlert',
      request: '{"uid":"there"}',
      code: 'OK',
      traceId: trace.traceId,
    });
    expect(at.getTime()).to.be.within(before, Date.now());
    expect(id).to.match(/^[0-9a-f-]{36}$/);
  });

  it('records how it ended, also where an interceptor refused it or nobody knows the error', async () => {
    const client = open(SECRET);
    await failure(client.deleteAlert({ uid: 'gone' }));
    await failure(client.deleteAlert({ uid: 'a bug' }));
    await failure(client.deleteAlert({ uid: 'there' }, { headers: { refuse: 'yes' } }));
    expect(events.map(({ code }) => code)).to.deep.equal(['NOT_FOUND', 'INTERNAL', 'INVALID_ARGUMENT']);
  });

  it('records nothing of methods that only read, nor of who may not call', async () => {
    await open().getAlert({ uid: 'a' });
    expect((await failure(open().deleteAlert({ uid: 'there' }))).code).to.equal(Code.Unauthenticated);
    expect((await failure(open('wrong').deleteAlert({ uid: 'there' }))).code).to.equal(Code.Unauthenticated);
    expect(events).to.deep.equal([]);
  });

  it('records of a method that everybody may call what turns out to be somebody’s', async () => {
    const sessions = openSessions();
    expect((await failure(sessions.refresh({ refreshToken: 'vgr_strangers' }))).code).to.equal(Code.Internal);
    expect(events).to.deep.equal([]);
    expect((await failure(sessions.refresh({ refreshToken: 'vgr_adas' }))).code).to.equal(Code.Internal);
    expect(events.map(({ subject, request }) => [subject, request])).to.deep.equal([['user:ada', '{}']]);
  });

  it('records a request that has no JSON', async () => {
    await open(SECRET).purgeAlerts({ since: { seconds: 1n, nanos: -1 } });
    expect(events.map(({ request, code }) => [request, code])).to.deep.equal([['', 'OK']]);
  });

  it('shows no credentials', async () => {
    await open(SECRET).deleteAlert({ uid: 'there' });
    expect(JSON.stringify(events)).not.to.include(serviceAuthorization(SECRET));
  });
});
