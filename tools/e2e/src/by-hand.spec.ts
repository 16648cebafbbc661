import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { SERVICE_NAMES } from '@vigie/dev-env/services';
import { waitFor } from '@vigie/dev-env/testing';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { findAlert, finishedAlert, getJson, newAlert, postJson } from './rest-client.ts';

const run = promisify(execFile);
const PUBLIC_ACCESS_SERVICES = {
  'vigie.access.v1.ApiKeyService': ['CreateApiKey', 'GetApiKey', 'ListApiKeys', 'RevokeApiKey', 'RotateApiKey'],
  'vigie.access.v1.AuditService': ['ListAuditEvents'],
  'vigie.access.v1.SessionService': ['LogIn', 'LogOut', 'Refresh'],
  'vigie.access.v1.TenantService': ['CreateTenant', 'DisableTenant', 'EnableTenant', 'GetTenant', 'ListTenants'],
  'vigie.access.v1.UserService': [
    'ChangePassword',
    'ConfirmEmail',
    'CreateUser',
    'DeleteUser',
    'GetCurrentUser',
    'ListUsers',
    'MoveUser',
    'Register',
    'RequestPasswordReset',
    'ResetPassword',
    'UpdateUser',
  ],
} as const;

/** Each server's services with their methods. */
const grpcServices = {
  gateway: {
    'vigie.alert.v1.AlertService': [
      'BatchCreateAlerts',
      'CreateAlert',
      'DeleteAlert',
      'GetAlert',
      'ListAlerts',
      'PurgeAlerts',
      'ReplayAlerts',
      'StreamAlerts',
      'SummarizeAlerts',
      'WatchAlerts',
    ],
    ...PUBLIC_ACCESS_SERVICES,
    'vigie.quarantine.v1.QuarantinedAlertService': [
      'DiscardQuarantinedAlerts',
      'ListQuarantinedAlerts',
      'RedriveQuarantinedAlerts',
    ],
    'vigie.video.v1.VideoService': ['GetPoster', 'ProbeStream', 'ProbeVideo'],
  },
  'access-svc': {
    ...PUBLIC_ACCESS_SERVICES,
    'vigie.internal.access.v1.AuditTrailService': ['RecordAuditEvents'],
    'vigie.internal.access.v1.CredentialService': ['IdentifyApiKey', 'GetSigningKeys'],
  },
  'ingest-svc': { 'vigie.alert.v1.AlertService': ['BatchCreateAlerts', 'CreateAlert', 'StreamAlerts'] },
  'probe-svc': { 'vigie.video.v1.VideoService': ['GetPoster', 'ProbeStream', 'ProbeVideo'] },
  'store-svc': {
    'vigie.alert.v1.AlertService': [
      'DeleteAlert',
      'GetAlert',
      'ListAlerts',
      'PurgeAlerts',
      'ReplayAlerts',
      'SummarizeAlerts',
      'WatchAlerts',
    ],
    'vigie.internal.alert.v1.AlertIndexService': ['FindAlerts'],
    'vigie.internal.idempotency.v1.IdempotencyService': ['Begin', 'Finish', 'Release'],
    'vigie.internal.outcome.v1.OutcomeService': ['RecordOutcomes', 'ReportRetries'],
    'vigie.quarantine.v1.QuarantinedAlertService': [
      'DiscardQuarantinedAlerts',
      'ListQuarantinedAlerts',
      'RedriveQuarantinedAlerts',
    ],
  },
} as const;

const REFLECTION = ['grpc.reflection.v1.ServerReflection', 'grpc.reflection.v1alpha.ServerReflection'];

/** retention-svc sees no alert. */
const SERVICES_ON_THE_WAY = SERVICE_NAMES.filter(name => !['access-svc', 'retention-svc'].includes(name));

describe('a person at a shell', () => {
  const mesh = useMesh();
  let nats: NatsConnection;

  before(async () => {
    nats = await connect({ ...readNatsUrl(mesh().nats?.url as string) });
  });
  after(() => nats.close());

  /** As grpcurl does: everything through the server's reflection. */
  async function bufCurl(...args: string[]): Promise<string> {
    const plain = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...args];
    return (await run('node_modules/.bin/buf', plain)).stdout;
  }

  for (const [name, services] of Object.entries(grpcServices)) {
    const url = () =>
      name === 'gateway' ? mesh().url : `http://${mesh().service(name as keyof typeof grpcServices).address}`;

    it(`lists, describes and asks the health of ${name}, which shows what it serves and nothing else`, async () => {
      const health = 'grpc.health.v1.Health';
      expect((await bufCurl('--list-services', url())).trim().split('\n')).to.deep.equal(
        [health, ...REFLECTION, ...Object.keys(services)].toSorted(),
      );
      const listed = (await bufCurl('--list-methods', url())).trim().split('\n');
      const methods = Object.entries<readonly string[]>(services).flatMap(([service, names]) =>
        names.map(each => `${service}/${each}`),
      );
      expect(listed.filter(method => !method.startsWith('grpc.')).toSorted()).to.deep.equal(methods.toSorted());
      for (const service of Object.keys(services)) {
        const status = await bufCurl('-d', JSON.stringify({ service }), `${url()}/${health}/Check`);
        expect(JSON.parse(status)).to.deep.equal({ status: 'SERVING' });
      }
    });
  }

  it('calls a method through reflection', async () => {
    const alert = newAlert();
    const url = `${mesh().url}/vigie.alert.v1.AlertService/CreateAlert`;
    expect(JSON.parse(await bufCurl('-d', JSON.stringify({ alert }), url))).to.include({ uid: alert.uid });
    expect(await finishedAlert(mesh().url, alert.uid)).to.include({ status: 'PROCESSED' });
  });

  it('publishes an alert as plain JSON, and it is treated like any other', async () => {
    const alert = newAlert({ video: '/videos/avi-mjpeg.avi' });
    nats.publish('alerts.received.store-42', JSON.stringify(alert));
    const record = await finishedAlert(mesh().url, alert.uid);
    expect(record).to.include({ status: 'PROCESSED', uid: alert.uid });
    expect(record)
      .to.property('traceId')
      .match(/^[0-9a-f]{32}$/);
  });

  it('reads outcomes as plain JSON on the subject of the store', async () => {
    const subscription = nats.subscribe('alerts.*.store-9', { max: 4 });
    const good = newAlert({ store: 'store-9' });
    const bad = newAlert({ store: 'store-9', video: '/videos/empty.mp4' });
    for (const alert of [good, bad]) await postJson(`${mesh().url}/v1/alerts`, alert);
    const seen = await Array.fromAsync(subscription, message => [message.subject, message.json<{ uid: string }>().uid]);
    expect(seen).to.deep.include.members([
      ['alerts.processed.store-9', good.uid],
      ['alerts.failed.store-9', bad.uid],
    ]);
  });

  for (const [what, payload] of [
    ['no JSON', 'hello'],
    ['an alert that breaks a rule', JSON.stringify(newAlert({ video: '/etc/passwd' }))],
  ] as const) {
    it(`publishes ${what}: it is quarantined with its reason and disturbs nothing`, async () => {
      const subscription = nats.subscribe('alerts.quarantined.odd', { max: 1 });
      nats.publish('alerts.received.odd', payload);
      const [message] = await Array.fromAsync(subscription);
      expect(message?.headers?.get('Vigie-Reason')).to.equal('MALFORMED_MESSAGE');
      expect(message?.headers?.get('Vigie-Message')).to.match(/./);
      expect(message?.string()).to.equal(payload);
      const alert = newAlert();
      await postJson(`${mesh().url}/v1/alerts`, alert);
      expect(await finishedAlert(mesh().url, alert.uid)).to.include({ status: 'PROCESSED' });
      const manager = await jetstreamManager(nats);
      await waitFor('both consumers to be done', async () => {
        const infos = await Promise.all(['record', 'probe'].map(name => manager.consumers.info('ALERTS', name)));
        return infos.every(info => info.num_pending === 0 && info.num_ack_pending === 0) ? infos : undefined;
      });
    });
  }

  it('sends other content under a known uid: the first stays current, the later one is quarantined', async () => {
    const first = newAlert();
    const subscription = nats.subscribe('alerts.quarantined.store-other', { max: 1 });
    expect((await postJson(`${mesh().url}/v1/alerts`, first)).status).to.equal(202);
    const later = { ...first, store: 'store-other', video: '/videos/matroska.mkv' };
    nats.publish('alerts.received.store-other', JSON.stringify(later));
    const [message] = await Array.fromAsync(subscription);
    expect(message?.headers?.get('Vigie-Reason')).to.equal('UID_CONFLICT');
    expect(await finishedAlert(mesh().url, first.uid)).to.include({ store: 'store-42', video: first.video });
  });

  it('follows an alert by its trace id through every log to the row', async () => {
    const alert = newAlert();
    const { traceId } = (await postJson(`${mesh().url}/v1/alerts`, alert)).json;
    expect(await finishedAlert(mesh().url, alert.uid)).to.include({ traceId });
    for (const name of SERVICES_ON_THE_WAY) {
      await waitFor(`the trace in the log of ${name}`, async () => {
        const log = await readFile(mesh().service(name).log.file, 'utf8');
        return log.includes(traceId) && log.includes(alert.uid) ? true : undefined;
      });
    }
  });

  it('sees metrics of every service', async () => {
    const expected: Record<string, RegExp[]> = {
      gateway: [/http_\w+_seconds_count\{/, /in_flight/],
      'ingest-svc': [/vigie_alerts_accepted_total\{/, /grpc_server_handling_seconds_count\{/],
      'probe-svc': [
        /jetstream_consumer_lag\{/,
        /failure_code|code="VIDEO_EMPTY"/,
        /bytes/,
        /requests/,
        /jetstream_in_flight\{/,
      ],
      'store-svc': [/jetstream_consumer_lag\{/, /grpc_server_handled_total\{/],
      'retention-svc': [/vigie_retention_fill_ratio\{/, /vigie_retention_passes_total\{/],
    };
    for (const name of SERVICE_NAMES) {
      const text = await (await fetch(`${mesh().service(name).healthUrl}/metrics`)).text();
      for (const pattern of expected[name] ?? []) expect(text).to.match(pattern);
      expect((await getJson(`${mesh().service(name).healthUrl}/healthz`)).status).to.equal(200);
      expect((await getJson(`${mesh().service(name).healthUrl}/readyz`)).json).to.include({ ready: true });
    }
  });

  it('learns of an alert that was never sent that there is none', async () => {
    expect(await findAlert(mesh().url, 'never-sent')).to.equal(undefined);
  });
});
