import {
  create,
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  type DescService,
} from '@bufbuild/protobuf';
import { ConnectError, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { newApiKey } from '@vigie/access';
import { scopeOf } from '@vigie/access/wire';
import { Mesh } from '@vigie/dev-env';
import { ApiKeyService } from '@vigie/proto/vigie/access/v1/api_key_service_pb.ts';
import { AuditService } from '@vigie/proto/vigie/access/v1/audit_service_pb.ts';
import { SessionService } from '@vigie/proto/vigie/access/v1/session_service_pb.ts';
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

const SERVICES: readonly DescService[] = [
  ...[AlertService, ApiKeyService, AuditService, QuarantinedAlertService, SessionService, UserService, VideoService],
  ...[AlertIndexService, AuditTrailService, CredentialService, IdempotencyService, OutcomeService],
];
const METHODS = SERVICES.flatMap(({ methods }) => methods);

async function endingOf(transport: Transport, method: DescMethod, headers: Record<string, string>): Promise<string> {
  try {
    if (method.methodKind === 'unary') {
      await transport.unary(method as DescMethodUnary, undefined, 10_000, headers, create(method.input));
    } else {
      const { message } = await transport.stream(
        method as DescMethodStreaming,
        undefined,
        1_000,
        headers,
        yieldAll([create(method.input)]),
      );
      await Array.fromAsync(message);
    }
    return 'OK';
  } catch (error) {
    return codeNameOf(ConnectError.from(error).code);
  }
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
    const response = await fetch(`${mesh.url}/v1/apiKeys`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${mesh.access.adminKey}` },
      body: JSON.stringify({ name: 'e2e', ...apiKey }),
    });
    expect(response.status).to.equal(201);
    return ((await response.json()) as { key: string }).key;
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

  const asAdmin = () => ({ authorization: `Bearer ${mesh.access.adminKey}` });
});
