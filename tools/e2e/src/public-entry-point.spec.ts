import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { queryPostgres } from '@vigie/dev-env/servers';
import { waitFor } from '@vigie/dev-env/testing';
import { Alert_Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { finishedAlert, getJson, newAlert, postJson } from './rest-client.ts';

const run = promisify(execFile);

describe('the public entry point', () => {
  const mesh = useMesh();

  const transports: [string, () => Transport][] = [
    ['Connect over HTTP/1.1', () => createConnectTransport({ baseUrl: mesh().url, httpVersion: '1.1' })],
    ['Connect over HTTP/2', () => createConnectTransport({ baseUrl: mesh().url, httpVersion: '2' })],
    ['gRPC-Web', () => createGrpcWebTransport({ baseUrl: mesh().url, httpVersion: '1.1' })],
    ['gRPC', () => createGrpcTransport({ baseUrl: mesh().url })],
  ];

  for (const [name, transport] of transports) {
    it(`takes an alert by ${name}, and shows its outcome by the same way`, async () => {
      const alert = newAlert();
      const accepted = await createClient(AlertService, transport()).createAlert({ alert });
      expect(accepted).to.include({ uid: alert.uid, duplicate: false });
      const store = createClient(AlertService, transport());
      const record = await waitFor('an outcome', async () => {
        const found = await store.getAlert({ uid: alert.uid }).catch(() => undefined);
        return found?.status === Alert_Status.PROCESSED ? found : undefined;
      });
      expect(record.media?.video).to.include({ codec: 'h264' });
      expect(record.traceId).to.equal(accepted.traceId);
    });
  }

  it('streams alerts in and outcomes out by gRPC', async () => {
    const transport = createGrpcTransport({ baseUrl: mesh().url });
    const store = `store-${process.pid}`;
    const alerts = Array.from({ length: 50 }, () => newAlert({ store }));
    const abort = new AbortController();
    const established = Promise.withResolvers<void>();
    const seen = (async () => {
      const uids = new Set<string>();
      const watch = createClient(AlertService, transport).watchAlerts({ stores: [store] }, { signal: abort.signal });
      for await (const { alert } of watch) {
        if (alert === undefined) established.resolve();
        else uids.add(alert.uid);
        if (uids.size === alerts.length) break;
      }
      return uids;
    })();
    await established.promise;
    const answers = createClient(AlertService, transport).streamAlerts(
      (async function* () {
        for (const alert of alerts) yield { alert };
      })(),
    );
    const accepted = await Array.fromAsync(answers, ({ result }) =>
      result?.outcome.case === 'accepted' ? result.outcome.value.uid : undefined,
    );
    expect(accepted).to.deep.equal(alerts.map(({ uid }) => uid));
    expect(await seen).to.deep.equal(new Set(alerts.map(({ uid }) => uid)));
    abort.abort();
  });

  it('does not serve internal methods', async () => {
    const client = createClient(OutcomeService, createConnectTransport({ baseUrl: mesh().url, httpVersion: '1.1' }));
    const error = (await client.recordOutcomes({}).catch(ConnectError.from)) as ConnectError;
    expect(error.code).to.equal(Code.Unimplemented);
  });

  it('probes a video without an alert', async () => {
    const { status, json } = await getJson(`${mesh().url}/v1/media?video=/videos/webm-vp9.webm`);
    expect(status).to.equal(200);
    expect(json.media).to.include({ container: 'webm' });
    const client = createClient(VideoService, createGrpcTransport({ baseUrl: mesh().url }));
    const bytes = await (await fetch(`${mesh().nginx.url}/videos/webm-vp9.webm`)).bytes();
    const streamed = await client.probeStream(
      (async function* () {
        for (let offset = 0; offset < bytes.length; offset += 8192) {
          yield { chunk: bytes.subarray(offset, offset + 8192), totalSizeBytes: BigInt(bytes.length) };
        }
      })(),
    );
    expect(streamed.finding.case === 'media' && streamed.finding.value.video?.codec).to.equal('vp9');
  });

  it("returns an alert's poster, and 304 if nothing has changed", async () => {
    const alert = newAlert({ video: '/videos/mov-portrait-rotated.mov' });
    await postJson(`${mesh().url}/v1/alerts`, alert);
    await finishedAlert(mesh().url, alert.uid);
    const url = `${mesh().url}/v1/alerts/${alert.uid}/poster`;
    const shown = await fetch(url);
    expect([shown.status, shown.headers.get('content-type')]).to.deep.equal([200, 'image/jpeg']);
    const jpeg = await shown.bytes();
    expect([...jpeg.subarray(0, 2), ...jpeg.subarray(-2)]).to.deep.equal([0xff, 0xd8, 0xff, 0xd9]);
    const etag = shown.headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).to.equal(304);
    expect((await fetch(`${url}?max_side=100`)).headers.get('etag')).to.not.equal(etag);
    const same = await fetch(`${mesh().url}/v1/media:poster?video=${alert.video}`);
    expect(same.headers.get('etag')).to.equal(etag);
    for (const [path, status] of [
      ['/v1/alerts/never-sent/poster', 404],
      ['/v1/media:poster?video=/videos/never-sent.mp4', 404],
      ['/v1/media:poster?video=/videos/audio-only.mp4', 400],
      [`/v1/alerts/${alert.uid}/poster?max_side=9000`, 400],
    ] as const) {
      expect((await getJson(mesh().url + path)).status, path).to.equal(status);
    }
  });

  it('answers errors that name the field, as AIP-193 wants them', async () => {
    const { status, json } = await postJson(`${mesh().url}/v1/alerts`, newAlert({ uid: 'no good', video: 'a.mp4' }));
    expect(status).to.equal(400);
    expect(json.error).to.include({ code: 400, status: 'INVALID_ARGUMENT' });
    const violations = json.error.details.find((detail: { '@type': string }) => detail['@type'].endsWith('BadRequest'));
    expect(violations.fieldViolations.map(({ field }: { field: string }) => field)).to.deep.equal(['uid', 'video']);
    const missing = await getJson(`${mesh().url}/v1/alerts/never-sent`);
    expect(missing.json.error).to.include({ code: 404, status: 'NOT_FOUND' });
  });

  it('waits for an outcome if asked to, and shows meanwhile what was tried', async () => {
    const alert = newAlert();
    const { headers } = await postJson(`${mesh().url}/v1/alerts`, alert);
    const finished = await getJson(`${mesh().url}${headers.get('location')}?wait=60s`);
    expect(finished.json).to.include({ uid: alert.uid, status: 'PROCESSED' });
    const late = newAlert({ video: '/videos/still-uploading.mp4' });
    await postJson(`${mesh().url}/v1/alerts`, late);
    const { retry, status } = await waitFor('an attempt', async () => {
      const { json } = await getJson(`${mesh().url}/v1/alerts/${late.uid}?wait=1s`);
      return json.retry === undefined ? undefined : json;
    });
    expect(status).to.equal('RECEIVED');
    expect(retry.attempts).to.be.greaterThan(0);
    expect(retry.lastFailure).to.include({ code: 'VIDEO_NOT_FOUND' });
    expect(Date.parse(retry.nextAttemptAt)).to.be.greaterThan(0);
  });

  it('lists by the last and the first moment that a filter may name', async () => {
    const last = '9999-12-31T23:59:59.999999999Z';
    for (const filter of [`since=${last}`, `until=${last}`, `receivedSince=${last}`, 'until=1970-01-01T00:00:00Z']) {
      const { status, json } = await getJson(`${mesh().url}/v1/alerts?${filter}`);
      expect(status, filter).to.equal(200);
      expect(json.alerts ?? []).to.be.an('array');
    }
  });

  it('takes a batch, and answers each item', async () => {
    const alerts = [newAlert(), newAlert({ store: '' }), newAlert()];
    const { status, json } = await postJson(`${mesh().url}/v1/alerts:batch`, { alerts });
    expect(status).to.equal(202);
    expect(json.results.map((result: object) => Object.keys(result)[0])).to.deep.equal([
      'accepted',
      'error',
      'accepted',
    ]);
  });

  it('finds alerts by their labels, counts them, shows the fields that are asked for, and deletes them', async () => {
    const store = `labels-${process.pid}`;
    const labels = [{ camera: '1', zone: 'till' }, { camera: '2', zone: 'till' }, {}];
    const alerts = labels.map(each => ({ ...newAlert({ store }), labels: each }));
    for (const alert of alerts) {
      expect((await postJson(`${mesh().url}/v1/alerts`, alert)).status).to.equal(202);
      await finishedAlert(mesh().url, alert.uid);
    }
    const [first, second, third] = alerts.map(({ uid }) => uid);
    const list = async (query: string) =>
      (await getJson(`${mesh().url}/v1/alerts?stores=${store}&${query}`)).json.alerts;
    expect(await list('labels=zone=till&labels=camera=2&read_mask=uid,labels,media.video.codec')).to.deep.equal([
      { uid: second, labels: { camera: '2', zone: 'till' }, media: { video: { codec: 'h264' } } },
    ]);
    expect(await list('codecs=h264&labels=zone=till&read_mask=uid')).to.have.lengthOf(2);
    expect(await list('min_size_bytes=1000000000')).to.deep.equal([]);
    const summary = async () => (await getJson(`${mesh().url}/v1/alerts:summary?stores=${store}`)).json;
    expect(await summary()).to.deep.include({ alerts: '3', byStore: [{ store, alerts: '3' }] });

    const remove = (uid: string | undefined) => fetch(`${mesh().url}/v1/alerts/${uid}`, { method: 'DELETE' });
    expect((await remove(first)).status).to.equal(200);
    expect((await remove(first)).status).to.equal(404);
    const gone = await getJson(`${mesh().url}/v1/alerts/${first}`);
    expect(gone.json.error).to.include({ code: 404, reason: 'ALERT_DELETED' });
    // Its uid stays taken.
    const again = await postJson(`${mesh().url}/v1/alerts`, alerts[0] as object);
    expect(again.json).to.include({ uid: first, duplicate: true });
    const other = await postJson(`${mesh().url}/v1/alerts`, { ...alerts[0], labels: { camera: '9' } });
    expect(other.json.error).to.include({ code: 409, reason: 'UID_TAKEN' });
    const purged = await postJson(`${mesh().url}/v1/alerts:purge`, { stores: [store], labels: ['zone=till'] });
    expect(purged.json).to.deep.equal({ deleted: 1, kept: 0, nextPageToken: '' });
    expect((await list('read_mask=uid')).map(({ uid }: { uid: string }) => uid)).to.deep.equal([third]);
    expect(await summary()).to.include({ alerts: '1' });
  });

  it('lists alerts by page, filtered and stable', async () => {
    const store = `list-${process.pid}`;
    const alerts = Array.from({ length: 7 }, (_, i) => newAlert({ store, timestamp: 1748871320 + i / 1e6 }));
    await postJson(`${mesh().url}/v1/alerts:batch`, { alerts });
    await Promise.all(alerts.map(({ uid }) => finishedAlert(mesh().url, uid)));
    const seen: string[] = [];
    let pageToken = '';
    do {
      const query = `stores=${store}&statuses=PROCESSED&since=&until=&page_size=3&page_token=${encodeURIComponent(pageToken)}`;
      const { json } = await getJson(`${mesh().url}/v1/alerts?${query}`);
      seen.push(...json.alerts.map(({ uid }: { uid: string }) => uid));
      // Newer than all: must not shift the pages after the first.
      await postJson(`${mesh().url}/v1/alerts`, newAlert({ store, timestamp: 1748871400 + seen.length }));
      pageToken = json.nextPageToken ?? '';
    } while (pageToken !== '');
    expect(seen).to.deep.equal(alerts.map(({ uid }) => uid).toReversed());
  });

  it('serves the clients of the replaced systems: a thousand requests of curl, a hundred at once, the same uid too', async () => {
    const fields = '"video":"/videos/avi-mpeg4.avi","timestamp":1748871320.68,"store":"store-7"';
    const requests = [
      ...Array.from({ length: 800 }, (_, i) => ['alerts', `{"uuid":"legacy-${i}",${fields}}`] as const),
      ...Array.from({ length: 200 }, () => ['alert', `{"uid":"legacy-same",${fields}}`] as const),
    ];
    // One process, with a connection for each request.
    const config = requests.map(([path, body]) =>
      [
        `url = "${mesh().url}/${path}"`,
        `data = ${JSON.stringify(body)}`,
        ...['header = "content-type: application/json"', 'header = "connection: close"'],
        ...['silent', 'show-error', 'output = /dev/null', 'write-out = "%{http_code}\\n"'],
      ].join('\n'),
    );
    const curl = run('curl', ['--parallel', '--parallel-immediate', '--parallel-max', '100', '--config', '-']);
    curl.child.stdin?.end(config.join('\nnext\n'));
    const codes = (await curl).stdout.trim().split('\n');
    expect(codes).to.lengthOf(requests.length);
    expect(new Set(codes)).to.deep.equal(new Set(['200']));
    await waitFor('a row for each', async () => {
      const [row] = await queryPostgres(
        mesh().addresses.databaseUrl,
        "select count(*)::int as count from alerts where uid like 'legacy-%' and status = 'PROCESSED'",
      );
      return row?.count === 801 ? row : undefined;
    });
    const record = await finishedAlert(mesh().url, 'legacy-same');
    expect(record).to.include({ timestamp: 1748871320.68, store: 'store-7' });
  });
});
