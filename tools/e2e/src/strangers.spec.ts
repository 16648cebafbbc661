import { glob } from 'node:fs/promises';
import path from 'node:path';
import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  type DescService,
  type Message,
  toJson,
} from '@bufbuild/protobuf';
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { newApiKey, type ReadApiKey, readApiKey, SCOPES } from '@vigie/access';
import { scopeOf } from '@vigie/access/wire';
import { Mesh } from '@vigie/dev-env';
import { PROJECT_DIR } from '@vigie/dev-env/setup/project.mjs';
import { openJetStream, waitFor } from '@vigie/dev-env/testing';
import { BadRequestSchema, ErrorInfoSchema, ResourceInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { ApiKeyService } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { AuditService } from '@vigie/proto/vigie/access/v1/audit_service_pb.ts';
import { SessionService } from '@vigie/proto/vigie/access/v1/session_service_pb.ts';
import { TenantService } from '@vigie/proto/vigie/access/v1/tenant_service_pb.ts';
import { UserService } from '@vigie/proto/vigie/access/v1/user_service_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { AuditTrailService } from '@vigie/proto/vigie/internal/access/v1/audit_trail_service_pb.ts';
import { CredentialService } from '@vigie/proto/vigie/internal/access/v1/credential_service_pb.ts';
import { AlertIndexService } from '@vigie/proto/vigie/internal/alert/v1/alert_index_service_pb.ts';
import { IdempotencyService } from '@vigie/proto/vigie/internal/idempotency/v1/idempotency_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { QuarantinedAlertService } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { ChannelTransport, codeNameOf } from '@vigie/service-kit/grpc';
import { yieldAll } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { askAs } from './rest-client.ts';
import { NAMING, type Names, namesOfNobody, STRANGERS } from './testing/names-of-others.ts';

const SERVICES: readonly DescService[] = [
  ...[AlertService, QuarantinedAlertService, VideoService],
  ...[ApiKeyService, AuditService, SessionService, TenantService, UserService],
  ...[AlertIndexService, AuditTrailService, CredentialService, IdempotencyService, OutcomeService],
];
const PUBLIC_SERVICES = SERVICES.filter(({ typeName }) => !typeName.includes('.internal.'));
const METHODS = SERVICES.flatMap(({ methods }) => methods);

type Headers = Readonly<Record<string, string>>;

/** @throws ConnectError */
async function answersOf(
  transport: Transport,
  method: DescMethod,
  headers: Headers,
  request = create(method.input),
): Promise<readonly Message[]> {
  if (method.methodKind === 'unary') {
    return [(await transport.unary(method as DescMethodUnary, undefined, 10_000, headers, request)).message];
  }
  const requests = yieldAll([request]);
  const { message } = await transport.stream(method as DescMethodStreaming, undefined, 1_000, headers, requests);
  return Array.fromAsync(message);
}

async function endingOf(transport: Transport, method: DescMethod, headers: Headers): Promise<string> {
  try {
    await answersOf(transport, method, headers);
    return 'OK';
  } catch (error) {
    return codeNameOf(ConnectError.from(error).code);
  }
}

/** Not how long to wait: that is another one each time. */
const DETAILS: readonly DescMessage[] = [BadRequestSchema, ErrorInfoSchema, ResourceInfoSchema];

/** All that the caller is told, as JSON. */
async function toldBy(transport: Transport, method: DescMethod, headers: Headers, request: object): Promise<string> {
  try {
    const answers = await answersOf(transport, method, headers, create(method.input, request as never));
    return JSON.stringify(answers.map(answer => toJson(method.output, answer)));
  } catch (error) {
    const refusal = ConnectError.from(error);
    // Of a stream that has no end: whose clock was first says nothing.
    if (refusal.code === Code.DeadlineExceeded) return codeNameOf(refusal.code);
    const details = DETAILS.flatMap(schema => refusal.findDetails(schema).map(detail => toJson(schema, detail)));
    return JSON.stringify([codeNameOf(refusal.code), refusal.rawMessage, details]);
  }
}

/** Without what is another one each time: ids that were made, times, and the names that the request has. */
function withoutNames(told: string, names: Names): string {
  const named = Object.entries(names).reduce((text, [what, name]) => text.replaceAll(name, what), told);
  return named
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/"traceId":"[0-9a-f]{32}"/g, 'TRACE');
}

describe('strangers, in a mesh that is shut', () => {
  let mesh: Mesh;
  before(async () => {
    // They show wrong keys at each method, in less than a minute.
    const env = { ANONYMOUS_SCOPES: '', FAILED_CREDENTIALS_PER_MINUTE: '0' };
    mesh = await Mesh.boot({ ports: 'free', env });
  });
  after(() => mesh[Symbol.asyncDispose]());

  /** A key that may do nothing of what the method is for. */
  async function keyWithout(method: DescMethod): Promise<string> {
    const scopes = ['media:read', ...(scopeOf(method) === 'alerts:read' ? ['alerts:write'] : ['alerts:read'])];
    return makeKey({ scopes });
  }

  async function makeKey(apiKey: object): Promise<string> {
    const { status, json } = await askAs(mesh.access.adminKey, 'POST', `${mesh.url}/v1/apiKeys`, {
      name: 'e2e',
      ...apiKey,
    });
    expect(status).to.equal(201);
    return json.key;
  }

  const ways: readonly (readonly [string, () => Transport])[] = [
    ['gateway, Connect', () => createConnectTransport({ baseUrl: mesh.url, httpVersion: '1.1' })],
    ['gateway, gRPC-Web', () => createGrpcWebTransport({ baseUrl: mesh.url, httpVersion: '1.1' })],
    ['gateway, gRPC', () => createGrpcTransport({ baseUrl: mesh.url })],
    ...['ingest-svc', 'probe-svc', 'store-svc', 'access-svc'].map(
      name =>
        [
          `${name}, gRPC`,
          () => new ChannelTransport({ address: mesh.service(name).address, services: [], defaultTimeoutMs: 10_000 }),
        ] as const,
    ),
  ];

  it('are asked for at each service that the contract has', async () => {
    const protos = await Array.fromAsync(glob('vigie/**/*_service.proto', { cwd: path.join(PROJECT_DIR, 'proto') }));
    const own = protos.map(file =>
      file.replace(/([^/]+)\.proto$/, (_, name: string) => pascalCase(name)).replaceAll('/', '.'),
    );
    expect(SERVICES.map(({ typeName }) => typeName)).to.have.members(own);
  });

  for (const [way, open] of ways) {
    it(`get nothing over ${way}, but where they get credentials`, async () => {
      const transport = open();
      for (const method of METHODS) {
        const name = `${method.parent.typeName}/${method.name}`;
        // Who isn't served there is told so, as everybody is. HTTP/1.1 carries no streams both ways.
        const isServed = (await endingOf(transport, method, asAdmin())) !== 'UNIMPLEMENTED';
        const isPublic = scopeOf(method) === 'public';
        // What everybody may call is told that an empty request is wrong.
        const served = isPublic ? 'INVALID_ARGUMENT' : 'UNAUTHENTICATED';
        const endings = isServed ? [served] : ['UNIMPLEMENTED', 'UNKNOWN'];
        expect(await endingOf(transport, method, {}), name).to.be.oneOf(endings);
        const ofServices = way.startsWith('gateway') ? [`vgs_${mesh.access.serviceSecret}`] : [];
        for (const stranger of [newApiKey(), 'vgs_vigie', 'vgs_', 'x', ...ofServices]) {
          const ending = await endingOf(transport, method, { authorization: `Bearer ${stranger}` });
          expect(ending, `${name} ${stranger}`).to.be.oneOf(endings);
        }
        if (!isServed || isPublic) continue;
        const authorization = `Bearer ${await keyWithout(method)}`;
        expect(await endingOf(transport, method, { authorization }), name).to.equal('PERMISSION_DENIED');
      }
      if (transport instanceof ChannelTransport) transport[Symbol.dispose]();
    });
  }

  describe('who are admins of another tenant', () => {
    const FIRST = 'tenant-of-others';
    const MARK = 'of the first tenant';
    let names: Names;
    let nobody: Names;
    let stranger: Headers;
    /** Of who may do everything in the first tenant. */
    let others: string;
    /** What there is of others, and the stranger never names. */
    let hidden: readonly string[];

    before(async () => {
      const displayName = MARK;
      for (const tenant of [{ id: FIRST, displayName }, { id: 'never-named', displayName }, { id: STRANGERS }]) {
        expect((await asFirst('POST', '/v1/tenants', tenant)).id).to.equal(tenant.id);
      }
      const key = { name: MARK, scopes: ['alerts:read'] };
      const made = [
        await asFirst('POST', '/v1/apiKeys', { ...key, tenant: FIRST }),
        await asFirst('POST', '/v1/apiKeys', key),
      ].map(({ apiKey }) => (apiKey as { id: string }).id);
      const [ada, bob] = ['ada', 'bob'].map(name => `${name}@example.com`) as [string, string];
      const users = [
        await asFirst('POST', '/v1/users', { email: ada, tenant: FIRST }),
        await asFirst('POST', '/v1/users', { email: bob }),
      ].map(({ id }) => id as string);
      names = {
        ...{ key: made[0] as string, user: users[0] as string, tenant: FIRST, email: ada },
        ...(await sendAsOthers()),
      };
      nobody = namesOfNobody();
      const { id: adminId } = readApiKey(mesh.access.adminKey) as ReadApiKey;
      hidden = [MARK, 'never-named', made[1] as string, users[1] as string, bob, adminId, 'ADMIN_KEY'];
      stranger = { authorization: `Bearer ${await makeKey({ scopes: SCOPES, tenant: STRANGERS })}` };
    });

    /** Alerts and a message in quarantine of the first tenant, and an alert of the default one that nobody names. */
    async function sendAsOthers(): Promise<Omit<Names, 'key' | 'user' | 'tenant' | 'email'>> {
      const [alert, taken, store] = ['alert-of-others', 'uid-of-others', 'store-of-others'] as const;
      const video = `/videos/${FIRST}/a.mp4`;
      const timestamp = 1_748_871_320.68;
      others = await makeKey({ scopes: SCOPES, tenant: FIRST });
      for (const uid of [alert, taken]) await ask(others, 'POST', '/v1/alerts', { uid, video, timestamp, store });
      const never = { uid: 'never-named', video: '/videos/never-named.mp4', timestamp, store: 'never-named' };
      await asFirst('POST', '/v1/alerts', never);
      await using connections = new AsyncDisposableStack();
      const { client } = await openJetStream(connections, mesh.addresses.natsUrls.operator);
      await client.publish(`alerts.received.${FIRST}.${store}`, MARK);
      await client.publish('alerts.received.never-named', MARK);
      for (const uid of [alert, taken]) {
        await waitFor('its row', async () => (await ask(others, 'GET', `/v1/alerts/${uid}`)).uid as string | undefined);
      }
      const quarantined = await waitFor('the message in quarantine', async () => (await quarantineOf(others))[0]?.id);
      await waitFor('the other message', async () => (await quarantineOf(mesh.access.adminKey))[0]);
      return { alert, taken, store, video: '/videos/mp4-faststart.mp4', quarantined };
    }

    async function quarantineOf(key: string): Promise<{ readonly id: string }[]> {
      return ((await ask(key, 'GET', '/v1/quarantine')).quarantinedAlerts ?? []) as { readonly id: string }[];
    }

    async function ask(
      key: string,
      verb: string,
      path: string,
      body?: object,
    ): Promise<Readonly<Record<string, unknown>>> {
      return (await askAs(key, verb, `${mesh.url}${path}`, body)).json;
    }

    const asFirst = (verb: string, path: string, body?: object) => ask(mesh.access.adminKey, verb, path, body);

    it('may name something in each method that is looked at here', () => {
      const looked = METHODS.filter(({ parent }) => PUBLIC_SERVICES.includes(parent)).map(nameOf);
      expect(Object.keys(NAMING)).to.have.members(looked);
    });

    for (const [way, open] of ways) {
      it(`are told nothing over ${way}, nor whether there is anything`, async () => {
        const transport = open();
        for (const method of METHODS) {
          if (scopeOf(method) === 'internal') {
            expect(await endingOf(transport, method, stranger)).to.be.oneOf(['PERMISSION_DENIED', 'UNIMPLEMENTED']);
          }
          // HTTP/1.1 carries no streams both ways.
          if (method.methodKind === 'bidi_streaming' && /Connect|Web/.test(way)) continue;
          const requestsFor = NAMING[nameOf(method)] ?? (() => []);
          for (const [index, request] of requestsFor(names).entries()) {
            const told = await toldBy(transport, method, stranger, request);
            for (const each of hidden) expect(told, nameOf(method)).not.to.include(each);
            const toldOfNobody = await toldBy(transport, method, stranger, requestsFor(nobody)[index] as object);
            const isAll = Object.keys(request).length === 0;
            if (isAll) continue;
            expect(withoutNames(told, names), nameOf(method)).to.equal(withoutNames(toldOfNobody, nobody));
          }
        }
        if (transport instanceof ChannelTransport) transport[Symbol.dispose]();
      });
    }

    it('have changed nothing', async () => {
      const { key, user, tenant } = names;
      expect(await asFirst('GET', `/v1/tenants/${tenant}`))
        .to.include({ displayName: MARK })
        .and.not.have.any.keys('disabledAt');
      const apiKey = await asFirst('GET', `/v1/apiKeys/${key}?tenant=${tenant}`);
      expect(apiKey).to.include({ name: MARK }).and.not.have.any.keys('revokedAt', 'rotatedAt');
      const { users } = await asFirst('GET', `/v1/users?tenant=${tenant}`);
      expect((users as { id: string }[])[0])
        .to.include({ id: user })
        .and.not.have.any.keys('disabledAt');
      expect((users as { roles: string[] }[])[0]?.roles).to.deep.equal([]);
      const { alert, taken, store, quarantined } = names;
      for (const uid of [alert, taken])
        expect(await ask(others, 'GET', `/v1/alerts/${uid}`)).to.include({ uid, store });
      expect((await quarantineOf(others)).map(({ id }) => id)).to.deep.equal([quarantined]);
    });
  });

  const nameOf = ({ parent, name }: DescMethod) => `${parent.name}/${name}`;
  const asAdmin = () => ({ authorization: `Bearer ${mesh.access.adminKey}` });
});

function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
