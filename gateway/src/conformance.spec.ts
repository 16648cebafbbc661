import {
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Message,
  toJson,
} from '@bufbuild/protobuf';
import { Code, ConnectError, type Transport } from '@connectrpc/connect';
import { CodeSchema } from '@vigie/proto/google/rpc/code_pb.ts';
import { ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { codeNameOf, rpcError, toStatus } from '@vigie/service-kit/grpc';
import { yieldAll } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { anyTypes, errorJson } from './adapters/http/error-json.ts';
import { httpStatusOf } from './adapters/http/http-status.ts';
import { type HttpBinding, httpBindings } from './adapters/http/transcoder/http-binding.ts';
import { PUBLIC_METHODS } from './api/public-api.ts';
import { anyMessage } from './testing/message-arbitrary.ts';
import { closing, PROTOCOLS } from './testing/protocols.ts';
import { type RunningGateway, runGateway } from './testing/running-gateway.ts';

const alert = { uid: 'a-1', video: '/videos/a.mp4', timestamp: 1748871320.68, store: 'store-42' };
/** A request of each method. */
const REQUESTS: Readonly<Record<string, JsonObject>> = {
  CreateAlert: { alert },
  BatchCreateAlerts: { alerts: [alert] },
  StreamAlerts: { alert },
  GetAlert: { uid: 'a-1' },
  ListAlerts: { stores: ['store-42'], statuses: ['FAILED'], since: '2025-06-02T13:00:00Z' },
  SummarizeAlerts: { stores: ['store-42'], since: '2025-06-02T13:00:00Z' },
  ReplayAlerts: { uids: ['a-1', 'b-1'] },
  DeleteAlert: { uid: 'a-1' },
  PurgeAlerts: { stores: ['store-42'], until: '2025-06-02T13:00:00Z' },
  ListQuarantinedAlerts: { pageSize: 10 },
  RedriveQuarantinedAlerts: { store: 'store-42' },
  DiscardQuarantinedAlerts: { uid: 'a-1' },
  CreateApiKey: { apiKey: { name: 'camera 7', scopes: ['alerts:write'] } },
  GetApiKey: { id: 'AbC123' },
  ListApiKeys: { pageSize: 10 },
  RotateApiKey: { id: 'AbC123', keepPreviousFor: '60s' },
  RevokeApiKey: { id: 'AbC123' },
  CreateTenant: { tenant: { id: 'acme' } },
  GetTenant: { id: 'acme' },
  ListTenants: { pageSize: 10 },
  DisableTenant: { id: 'acme' },
  EnableTenant: { id: 'acme' },
  Register: { email: 'ada@example.com', password: 'correct horse battery' },
  ConfirmEmail: { token: 'from-a-mail', password: 'correct horse battery' },
  RequestPasswordReset: { email: 'ada@example.com' },
  ResetPassword: { token: 'from-a-mail', newPassword: 'correct horse battery' },
  GetCurrentUser: {},
  ChangePassword: { currentPassword: 'correct horse', newPassword: 'correct horse battery' },
  CreateUser: { user: { email: 'ada@example.com', roles: ['viewer'] } },
  ListUsers: { pageSize: 10 },
  UpdateUser: { id: '3f0c7c1e-4b4e-4ad6-9d0e-0b8d2f3c1a77', disabled: true, updateMask: 'roles,disabled' },
  MoveUser: { id: '3f0c7c1e-4b4e-4ad6-9d0e-0b8d2f3c1a77', tenant: 'acme', roles: ['viewer'] },
  DeleteUser: { id: '3f0c7c1e-4b4e-4ad6-9d0e-0b8d2f3c1a77' },
  LogIn: { email: 'ada@example.com', password: 'correct horse battery' },
  Refresh: { refreshToken: 'vgr_secret' },
  LogOut: { refreshToken: 'vgr_secret' },
  ListAuditEvents: { subject: 'key:AbC123', since: '2025-06-02T13:00:00Z' },
  ProbeVideo: { video: '/videos/a.mp4' },
  ProbeStream: { chunk: 'AAEC' },
  GetPoster: { video: '/videos/a.mp4', maxSide: 320 },
};
/** watches.spec.ts compares what watches say; what they end with is theirs. */
const compared = PUBLIC_METHODS.map(({ method }) => method).filter(({ name }) => name !== 'WatchAlerts');

/** What a call ended with, in a form that all protocols have. */
type Ending =
  | { readonly answer: JsonValue }
  | { readonly code: string; readonly message: string; readonly details: JsonValue };

describe('every method over every protocol', () => {
  let gateway: RunningGateway;
  /** What the services answer, or throw. */
  let next: Message | ConnectError;
  /** What they were asked. */
  let asked: Message | undefined;

  const answer = (request: Message): never => {
    asked = request;
    if (next instanceof ConnectError) throw next;
    return next as never;
  };

  before(async () => {
    const unary = async (request: Message) => answer(request);
    gateway = await runGateway({
      ingest: {
        createAlert: unary,
        batchCreateAlerts: unary,
        async *streamAlerts(requests) {
          for await (const request of requests) yield answer(request);
        },
      },
      store: {
        getAlert: unary,
        listAlerts: unary,
        summarizeAlerts: unary,
        replayAlerts: unary,
        deleteAlert: unary,
        purgeAlerts: unary,
      },
      storeQuarantine: {
        listQuarantinedAlerts: unary,
        redriveQuarantinedAlerts: unary,
        discardQuarantinedAlerts: unary,
      },
      access: {
        createApiKey: unary,
        getApiKey: unary,
        listApiKeys: unary,
        rotateApiKey: unary,
        revokeApiKey: unary,
      },
      accessAudit: { listAuditEvents: unary },
      accessTenants: {
        createTenant: unary,
        getTenant: unary,
        listTenants: unary,
        disableTenant: unary,
        enableTenant: unary,
      },
      accessUsers: {
        register: unary,
        confirmEmail: unary,
        requestPasswordReset: unary,
        resetPassword: unary,
        getCurrentUser: unary,
        changePassword: unary,
        createUser: unary,
        listUsers: unary,
        updateUser: unary,
        moveUser: unary,
        deleteUser: unary,
      },
      accessSessions: { logIn: unary, refresh: unary, logOut: unary },
      probe: {
        probeVideo: unary,
        getPoster: unary,
        async probeStream(requests) {
          const [first] = await Array.fromAsync(requests);
          return answer(first as Message);
        },
      },
    });
  });
  after(() => gateway[Symbol.asyncDispose]());

  async function call(transport: Transport, method: DescMethod, request: Message): Promise<Ending> {
    try {
      if (method.methodKind === 'unary') {
        const { message } = await transport.unary(method as DescMethodUnary, undefined, undefined, undefined, request);
        return { answer: toJson(method.output, message, { registry: anyTypes }) };
      }
      const { message } = await transport.stream(
        method as DescMethodStreaming,
        undefined,
        undefined,
        undefined,
        yieldAll([request]),
      );
      const [first] = await Array.fromAsync(message);
      return { answer: toJson(method.output, first as Message, { registry: anyTypes }) };
    } catch (error) {
      const { code, rawMessage: message } = ConnectError.from(error);
      const { details } = errorJson(ConnectError.from(error), 0).error;
      return { code: codeNameOf(code), message, details: details as JsonValue };
    }
  }

  async function callRest(binding: HttpBinding, request: JsonObject): Promise<Ending> {
    const rest = new Map(Object.entries(request));
    const path = binding.template.source.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = rest.get(name);
      rest.delete(name);
      return encodeURIComponent(String(value));
    });
    const { body } = binding;
    const sent = body.kind === 'field' ? rest.get(body.field.jsonName) : Object.fromEntries(rest);
    const query = body.kind === 'none' ? `?${new URLSearchParams(Object.fromEntries(rest) as never)}` : '';
    const response = await fetch(`${gateway.url}${path}${query}`, {
      method: binding.httpMethod,
      headers: { 'content-type': 'application/json' },
      ...(body.kind === 'none' ? {} : { body: JSON.stringify(sent) }),
    });
    if (response.headers.get('content-type') === 'image/jpeg') {
      const data = Buffer.from(await response.arrayBuffer()).toString('base64');
      return { answer: { contentType: 'image/jpeg', ...(data === '' ? {} : { data }) } };
    }
    const json = (await response.json()) as JsonObject;
    if (response.ok) return { answer: json };
    const { status, message, details } = json.error as unknown as {
      status: string;
      message: string;
      details: JsonValue;
    };
    expect(response.status).to.equal(httpStatusOf(next as ConnectError));
    return { code: status, message, details };
  }

  /** As the other protocols have it: without what is empty, and with the error of an item as `google.rpc.Status`. */
  function withoutEmpty({ output }: DescMethod, ending: Ending): Ending {
    if (!('answer' in ending) || output.typeName === 'google.api.HttpBody') return ending;
    const json = JSON.parse(JSON.stringify(ending.answer), (_, value) => {
      const isShown = typeof value?.status === 'string' && Array.isArray(value.details);
      if (!isShown) return value;
      const code = CodeSchema.values.find(({ name }) => name === value.status)?.number as number;
      return { code, message: value.message };
    });
    return { answer: toJson(output, fromJson(output, json, { ignoreUnknownFields: true })) };
  }

  it('is compared, but the watch', () => {
    expect(Object.keys(REQUESTS)).to.have.members(compared.map(({ name }) => name));
  });

  for (const method of compared) {
    const request = fromJson(method.input, REQUESTS[method.name] as JsonObject);
    const isDuplex = method.methodKind === 'bidi_streaming';

    const endings = async (): Promise<Readonly<Record<string, Ending>>> => {
      const found: Record<string, Ending> = {};
      for (const { name, duplex, open } of PROTOCOLS) {
        if (isDuplex && !duplex) continue;
        const transport = open(gateway);
        await using _ = closing(transport);
        asked = undefined;
        found[name] = await call(transport, method, request);
        expect(asked && toJson(method.input, asked), name).to.deep.equal(toJson(method.input, request));
      }
      const [binding] = httpBindings(method);
      if (binding === undefined) return found;
      asked = undefined;
      found.REST = withoutEmpty(method, await callRest(binding, REQUESTS[method.name] as JsonObject));
      expect(asked && toJson(method.input, asked), 'REST').to.deep.equal(toJson(method.input, request));
      return found;
    };

    it(`answers the same to ${method.parent.name}.${method.name}`, async () => {
      await fc.assert(
        fc.asyncProperty(anyMessage(method.output), async message => {
          next = message;
          const expected = { answer: toJson(method.output, message, { registry: anyTypes }) };
          for (const [name, ending] of Object.entries(await endings())) expect(ending, name).to.deep.equal(expected);
        }),
        { numRuns: 5 },
      );
    });

    it(`refuses ${method.parent.name}.${method.name} alike`, async () => {
      const codes = [Code.InvalidArgument, Code.NotFound, Code.AlreadyExists, Code.FailedPrecondition, Code.OutOfRange];
      // Not UNAVAILABLE, which the gateway first tries again for some seconds.
      for (const code of [...codes, Code.ResourceExhausted, Code.Aborted]) {
        next = rpcError(code, `No: ${codeNameOf(code)} ✗`, {
          reason: 'SPEC_REASON',
          metadata: { limit: '7' },
          retryDelayMs: 1_500,
        });
        const details = toStatus(next).details;
        const found = Object.entries(await endings());
        const [, first] = found[0] as [string, Ending];
        expect(first).to.include({ code: codeNameOf(code), message: next.rawMessage });
        expect((first as { details: JsonValue[] }).details).to.have.lengthOf(details.length);
        expect(next.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('SPEC_REASON');
        for (const [name, ending] of found) expect(ending, name).to.deep.equal(first);
      }
    });
  }
});
