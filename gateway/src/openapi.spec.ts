import { create, type DescMethod, type Message } from '@bufbuild/protobuf';
import { Validator } from '@seriousme/openapi-schema-validator';
import { BeginResponse_Kind as Kind } from '@vigie/proto/vigie/internal/idempotency/v1/idempotency_service_pb.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Schema } from './adapters/http/openapi/json-schema.ts';
import { describeApi } from './adapters/http/openapi/openapi-document.ts';
import { httpBindings } from './adapters/http/transcoder/http-binding.ts';
import { PUBLIC_METHODS } from './api/public-api.ts';
import { anyMessage } from './testing/message-arbitrary.ts';
import { type RunningGateway, runGateway } from './testing/running-gateway.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  /** Of the header that all POSTs have. */
  readonly $ref?: string;
}

interface Operation {
  readonly path: string;
  readonly verb: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: object;
  readonly responses: Readonly<
    Record<string, { readonly $ref?: string; readonly content?: Readonly<Record<string, Schema>> }>
  >;
}

const document = describeApi(PUBLIC_METHODS.map(({ method }) => method)) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Omit<Operation, 'path' | 'verb'>>>>>;
  readonly components: {
    readonly responses: Operation['responses'];
    readonly parameters: Readonly<Record<string, { readonly schema: Schema }>>;
    readonly schemas: Readonly<Record<string, Schema>>;
  };
};
const operations: readonly Operation[] = Object.entries(document.paths).flatMap(([path, verbs]) =>
  Object.entries(verbs).map(([verb, operation]) => ({ ...operation, path, verb: verb.toUpperCase() })),
);
const GOOD_ALERT = JSON.stringify({
  ...{ uid: 'a-1', video: '/videos/a.mp4' },
  ...{ timestamp: 1748871320.68, store: 'store-42' },
});
const GOOD_BODIES: Readonly<Record<string, string>> = {
  createAlert: GOOD_ALERT,
  batchCreateAlerts: `{"alerts":[${GOOD_ALERT}]}`,
  replayAlerts: '{"stores":["store-42"]}',
  purgeAlerts: '{"stores":["store-42"]}',
  createApiKey: '{"name":"camera 7","scopes":["alerts:write"]}',
  rotateApiKey: '{}',
  createUser: '{"email":"ada@example.com"}',
  updateUser: '{"roles":["viewer"]}',
  register: '{"email":"ada@example.com","password":"correct horse battery"}',
  confirmEmail: '{"token":"from-a-mail","password":"correct horse battery"}',
  requestPasswordReset: '{"email":"ada@example.com"}',
  resetPassword: '{"token":"from-a-mail","newPassword":"correct horse battery"}',
  changePassword: '{"currentPassword":"correct horse","newPassword":"correct horse battery"}',
  logIn: '{"email":"ada@example.com","password":"correct horse battery"}',
  refresh: '{"refreshToken":"vgr_secret"}',
  logOut: '{"refreshToken":"vgr_secret"}',
  revokeApiKey: '{}',
  createTenant: '{"id":"acme"}',
  disableTenant: '{}',
  enableTenant: '{}',
  moveUser: '{"tenant":"acme"}',
};
/** Their requests hold a password or a token, and are never known again. */
const isSecret = (operationId: string) =>
  /^(register|confirmEmail|resetPassword|changePassword|logIn|refresh|logOut)$/.test(operationId);
const isStream = ({ responses }: Operation) => responses[200]?.content?.['application/x-ndjson'] !== undefined;

describe('the OpenAPI document', () => {
  let gateway: RunningGateway;
  /** What the services answer next. */
  let answer: Message;
  /** What is known of any Idempotency-Key. */
  let known: { kind: Kind; answer?: object } = { kind: Kind.BEGUN };

  before(async () => {
    const all = async () => answer as never;
    gateway = await runGateway({
      ingest: { createAlert: all, batchCreateAlerts: all },
      store: {
        getAlert: all,
        listAlerts: all,
        summarizeAlerts: all,
        replayAlerts: all,
        deleteAlert: all,
        purgeAlerts: all,
      },
      storeQuarantine: { listQuarantinedAlerts: all, redriveQuarantinedAlerts: all, discardQuarantinedAlerts: all },
      access: { createApiKey: all, getApiKey: all, listApiKeys: all, rotateApiKey: all, revokeApiKey: all },
      accessAudit: { listAuditEvents: all },
      accessTenants: { createTenant: all, getTenant: all, listTenants: all, disableTenant: all, enableTenant: all },
      accessUsers: {
        register: all,
        confirmEmail: all,
        requestPasswordReset: all,
        resetPassword: all,
        getCurrentUser: all,
        changePassword: all,
        createUser: all,
        listUsers: all,
        updateUser: all,
        moveUser: all,
        deleteUser: all,
      },
      accessSessions: { logIn: all, refresh: all, logOut: all },
      probe: { probeVideo: all, getPoster: all },
      storeKeys: { begin: async () => known as never, finish: async () => ({}) },
    });
  });
  after(() => gateway[Symbol.asyncDispose]());

  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ ...document }, 'openapi');

  /** What is wrong with an answer, by what the document says of the operation. */
  function problemOf({ responses, operationId }: Operation, status: number, type: string, text: string) {
    const described = responses[status];
    if (described === undefined) return `${operationId}: ${status} is not described: ${text}`;
    const name = described.$ref?.split('/').at(-1);
    const content = name === undefined ? described.content : document.components.responses[name]?.content;
    const schema = content?.[type]?.schema as Schema | undefined;
    if (schema === undefined) return `${operationId}: ${status} with ${type} is not described`;
    if (type !== 'application/json') return undefined;
    const { $ref } = schema as { $ref: string };
    const isValid = ajv.validate(`openapi${$ref}`, JSON.parse(text));
    return isValid ? undefined : `${operationId} ${status}: ${ajv.errorsText()}: ${text}`;
  }

  async function ask(
    operation: Operation,
    url: string,
    body?: string,
    moreHeaders: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; problem: string | undefined }> {
    const headers = { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...moreHeaders };
    const response = await fetch(`${gateway.url}${url}`, {
      method: operation.verb,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const type = response.headers.get('content-type') ?? '';
    return { status: response.status, problem: problemOf(operation, response.status, type, await response.text()) };
  }

  it('is valid', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors ?? []).to.deep.equal([]);
    expect(valid).to.equal(true);
  });

  it('has each route, and nothing else', () => {
    const routes = PUBLIC_METHODS.flatMap(({ method }) => httpBindings(method));
    const expected = routes.map(({ httpMethod, template }) => `${httpMethod} ${template.source}`);
    expect(operations.map(({ verb, path }) => `${verb} ${path}`)).to.have.members(expected);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).to.equal(operations.length);
  });

  it('says the rules of the protos', () => {
    const { properties, required } = document.components.schemas.NewAlert as {
      properties: Record<string, Schema>;
      required: string[];
    };
    expect(required).to.deep.equal(['uid', 'video', 'timestamp', 'store']);
    expect(Object.keys(properties)).to.deep.equal([...required, 'labels']);
    expect(properties.labels).to.deep.include({ type: 'object', examples: [{ camera: 'door-3' }] });
    const alert = { uid: 'a-1', video: '/videos/a.mp4', timestamp: 1748871320.68, store: 'Łódź 1' };
    const isValid = (changes: object) => ajv.validate('openapi#/components/schemas/NewAlert', { ...alert, ...changes });
    const labels = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, each) => [`k${each}`, 'v']));
    for (const changes of [{}, { labels: {} }, { labels: labels(16) }, { labels: { 'Site/door': '№ 5 🛒', a: '' } }]) {
      expect(isValid(changes), JSON.stringify(changes)).to.equal(true);
    }
    for (const changes of [
      { uid: '' },
      { uid: 'a/b' },
      { uid: '..' },
      { video: 'videos/a.mp4' },
      { video: '/videos/../a.mp4' },
      { video: '/videos/a.txt' },
      { video: '/videos/a\u202e.mp4' },
      { video: `/${'a'.repeat(1_024)}.mp4` },
      { timestamp: 0 },
      { timestamp: 253_402_300_800 },
      { timestamp: 'now' },
      { store: ' ' },
      { store: '\u0007' },
      { status: 'FAILED' },
      { labels: [] },
      { labels: labels(17) },
      { labels: { '': 'v' } },
      { labels: { '.a': 'v' } },
      { labels: { a: 3 } },
      { labels: { a: '\u0007' } },
      { labels: { a: 'x'.repeat(257) } },
    ]) {
      expect(isValid(changes), JSON.stringify(changes)).to.equal(false);
    }
  });

  for (const operation of operations.filter(each => !isStream(each))) {
    const { operationId, path, verb, parameters, requestBody } = operation;
    const { method } = PUBLIC_METHODS.find(each => isWayTo(each.method, operation)) as { method: DescMethod };
    const goodPath = path.replace('{uid}', 'a-1').replace('{id}', 'AbC123');
    const goodBody = GOOD_BODIES[operationId] ?? '{"store":"store-42"}';
    const goodQuery = /media/.test(path) ? '?video=/videos/a.mp4' : '';

    it(`describes whatever ${verb} ${path} answers`, async () => {
      await fc.assert(
        fc.asyncProperty(anyMessage(method.output), async message => {
          answer = message;
          const { status, problem } = await ask(operation, `${goodPath}${goodQuery}`, requestBody && goodBody);
          expect(problem).to.equal(undefined);
          expect(status).to.be.below(300);
        }),
        { numRuns: 30 },
      );
    });

    it(`describes how ${verb} ${path} refuses`, async () => {
      const values = fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('', '0', '-1', '1e400', 'FAILED', '2025-06-02T13:00:00Z', '5s'),
      );
      const names = parameters.filter(each => each.in === 'query').map(({ name }) => name);
      const query = fc.dictionary(fc.oneof(fc.constantFrom('x', ...names), fc.string()), values, { maxKeys: 3 });
      await fc.assert(
        fc.asyncProperty(query, values, fc.json(), async (pairs, uid, json) => {
          const inPath = path.replace(/\{u?id\}/, encodeURIComponent(uid || 'a').replace(/^\.{1,2}$/, 'a'));
          const url = `${inPath}?${new URLSearchParams(pairs)}`;
          const { status, problem } = await ask(operation, url, requestBody && json);
          expect(problem).to.equal(undefined);
          expect(status).to.be.below(500);
        }),
        { numRuns: 60 },
      );
    });
  }

  it('names the header Idempotency-Key where it has a meaning, and what it is answered', async () => {
    const { schema } = document.components.parameters.IdempotencyKey as { schema: { examples: string[] } };
    for (const [key, isGood] of [
      ...schema.examples.map(each => [each, true] as const),
      ['8e03978e', true],
      ['""', false],
      ['a b', false],
      ['x'.repeat(256), false],
    ] as const) {
      expect(ajv.validate(schema, key), key).to.equal(isGood);
    }
    const withKey = operations.filter(each => each.parameters.some(({ $ref }) => $ref !== undefined));
    expect(withKey.map(({ verb }) => verb)).to.deep.equal(withKey.map(() => 'POST'));
    expect(withKey)
      .to.have.lengthOf(operations.filter(({ verb, operationId }) => verb === 'POST' && !isSecret(operationId)).length)
      .and.above(4);
    const kept = { status: 409, headers: { 'content-type': 'application/json' } };
    for (const operation of withKey) {
      const body = GOOD_BODIES[operation.operationId] ?? '{"store":"store-42"}';
      const statuses: number[] = [];
      for (const state of [
        { kind: Kind.BEGUN },
        { kind: Kind.IN_PROGRESS },
        { kind: Kind.OTHER_REQUEST },
        { kind: Kind.ANSWERED, answer: kept },
      ]) {
        known = state;
        const { method } = PUBLIC_METHODS.find(each => isWayTo(each.method, operation)) as { method: DescMethod };
        answer = create(method.output) as Message;
        const found = await ask(operation, operation.path, body, { 'idempotency-key': schema.examples[0] as string });
        expect(found.problem).to.equal(undefined);
        statuses.push(found.status);
      }
      expect(statuses[0]).to.be.below(300);
      expect(statuses.slice(1)).to.deep.equal([409, 422, 409]);
    }
  });

  it('is served, as well as a page that shows it and loads nothing from outside', async () => {
    const served = await fetch(`${gateway.url}/openapi.json`);
    expect(await served.json()).to.deep.equal(JSON.parse(JSON.stringify(document)));
    const page = await fetch(`${gateway.url}/docs`);
    expect(page.headers.get('content-security-policy'))
      .to.contain("default-src 'none'")
      .and.not.match(/https?:|\*/);
    const html = await page.text();
    const links = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, link]) => link as string);
    expect(links).to.have.lengthOf(4);
    for (const link of links) {
      const linked = await fetch(new URL(link, `${gateway.url}/docs`));
      expect([link, linked.status, new URL(linked.url).origin]).to.deep.equal([link, 200, gateway.url]);
      const again = await fetch(linked.url, { headers: { 'if-none-match': linked.headers.get('etag') ?? '' } });
      expect(again.status).to.equal(304);
      await linked.body?.cancel();
    }
    expect((await fetch(`${gateway.url}/docs`, { method: 'POST' })).status).to.equal(405);
  });
});

function isWayTo(method: DescMethod, { verb, path }: Operation): boolean {
  return httpBindings(method).some(({ httpMethod, template }) => httpMethod === verb && template.source === path);
}
