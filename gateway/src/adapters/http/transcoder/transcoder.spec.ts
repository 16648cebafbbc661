import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { Code, ConnectError } from '@connectrpc/connect';
import { Alert_Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import type { ListAlertsRequest } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { invalidArgument, rpcError, toStatus } from '@vigie/service-kit/grpc';
import { currentTrace, newTrace } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { readConfig } from '../../../config.ts';
import { FakeOutcomes, tokenAt } from '../../../testing/fake-outcomes.ts';
import { readLines } from '../../../testing/read-lines.ts';
import { runGateway } from '../../../testing/running-gateway.ts';

const alert = { uid: 'a', video: '/a.mp4', timestamp: 1748871320.68, store: 'store-42' };
const json = { 'content-type': 'application/json' };

function post(url: string, body: unknown, headers: Record<string, string> = json): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url, { method: 'POST', body: text, headers });
}

interface ErrorBody {
  error: { code: number; status: string; message: string; details: { '@type': string; [key: string]: unknown }[] };
}

async function errorOf(response: Response): Promise<ErrorBody['error']> {
  return ((await response.json()) as ErrorBody).error;
}

function violationsOf(error: ErrorBody['error'] | undefined): { field: string; description: string }[] {
  const detail = error?.details.find(each => each['@type'].endsWith('BadRequest'));
  return (detail?.fieldViolations ?? []) as { field: string; description: string }[];
}

describe('REST', () => {
  it('accepts an alert', async () => {
    await using gateway = await runGateway({
      ingest: {
        createAlert: async request => {
          expect(request.alert).to.include(alert);
          return { uid: 'a:b', traceId: 't' };
        },
      },
    });
    const response = await post(`${gateway.url}/v1/alerts`, alert);
    expect(response.status).to.equal(202);
    expect(response.headers.get('location')).to.equal('/v1/alerts/a%3Ab');
    expect(response.headers.get('content-type')).to.equal('application/json');
    expect(await response.json()).to.deep.equal({ uid: 'a:b', duplicate: false, traceId: 't' });
  });

  it('accepts a batch and shows the error of an item', async () => {
    await using gateway = await runGateway({
      ingest: {
        batchCreateAlerts: async ({ alerts }) => ({
          results: alerts.map(({ uid }, index) => ({
            outcome:
              index === 0
                ? { case: 'accepted', value: { uid } }
                : {
                    case: 'error',
                    value: toStatus(invalidArgument([{ field: 'uid', description: 'is required' }])),
                  },
          })),
        }),
      },
    });
    const response = await post(`${gateway.url}/v1/alerts:batch`, { alerts: [alert, {}] });
    expect(response.status).to.equal(202);
    const { results } = (await response.json()) as { results: { error?: { details: unknown[] } }[] };
    expect(results[0]).to.deep.equal({ accepted: { uid: 'a', duplicate: false, traceId: '' } });
    expect(results[1]?.error?.details[1]).to.deep.include({ '@type': 'type.googleapis.com/google.rpc.BadRequest' });
  });

  it('refuses an item of a batch that can not be read alone, and shows each error as that of a whole request', async () => {
    const sent: string[][] = [];
    await using gateway = await runGateway({
      ingest: {
        batchCreateAlerts: async ({ alerts }) => {
          sent.push(alerts.map(({ uid }) => uid));
          return {
            results: alerts.map(({ uid }) =>
              uid === ''
                ? { outcome: { case: 'error', value: toStatus(invalidArgument([{ field: 'uid', description: '?' }])) } }
                : { outcome: { case: 'accepted', value: { uid } } },
            ),
          };
        },
      },
    });
    const alerts = [alert, { ...alert, uid: 7, vidoe: '/a.mp4' }, null, 'x', { ...alert, timestamp: '0x10' }, {}];
    const response = await post(`${gateway.url}/v1/alerts:batch`, { alerts });
    expect(response.status).to.equal(202);
    expect(sent).to.deep.equal([['a', '', '', '', '', '']]);
    const { results } = (await response.json()) as { results: Partial<ErrorBody>[] };
    expect(results[0]).to.have.nested.property('accepted.uid', 'a');
    const fieldsOf = ({ error }: Partial<ErrorBody>) => violationsOf(error).map(({ field }) => field);
    expect(results.slice(1).map(fieldsOf)).to.deep.equal([
      ['uid', 'vidoe'],
      ['alerts[2]'],
      ['alerts[3]'],
      ['timestamp'],
      ['uid'],
    ]);
    for (const { error } of results.slice(1)) {
      expect(error).to.include({ code: 400, status: 'INVALID_ARGUMENT', reason: 'INVALID_FIELDS' });
      expect(Object.keys(error ?? {})).to.deep.equal(['code', 'status', 'reason', 'message', 'details']);
    }
  });

  it('returns a poster by video or by alert, cacheable, and 304 to a client that has it already', async () => {
    const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xd9);
    const asked: unknown[] = [];
    await using gateway = await runGateway({
      probe: {
        async getPoster({ source, maxSide }) {
          asked.push({ [`${source.case}`]: source.value, maxSide });
          return { contentType: 'image/jpeg', data: jpeg };
        },
      },
    });
    const ofAlert = `${gateway.url}/v1/alerts/a:1/poster`;
    const first = await fetch(ofAlert);
    expect(first.status).to.equal(200);
    expect(first.headers.get('content-type')).to.equal('image/jpeg');
    expect(first.headers.get('cache-control')).to.equal('private, max-age=3600');
    expect(await first.bytes()).to.deep.equal(jpeg);
    const etag = first.headers.get('etag') ?? '';
    const again = await fetch(ofAlert, { headers: { 'if-none-match': etag } });
    expect(again.status).to.equal(304);
    expect(again.headers.get('cache-control')).to.equal('private, max-age=3600');
    expect(again.headers.get('etag')).to.equal(etag);
    await fetch(`${gateway.url}/v1/media:poster?video=/videos/a%20b.mp4&max_side=320`);
    expect(asked).to.deep.equal([
      { uid: 'a:1', maxSide: 0 },
      { uid: 'a:1', maxSide: 0 },
      { video: '/videos/a b.mp4', maxSide: 320 },
    ]);
    const both = await fetch(`${ofAlert}?video=/videos/a.mp4`);
    expect(both.status).to.equal(400);
  });

  it('does not let an error of a poster be cached', async () => {
    await using gateway = await runGateway({
      probe: {
        async getPoster() {
          throw rpcError(Code.FailedPrecondition, 'There is no picture.', { reason: 'NO_VIDEO_STREAM' });
        },
      },
    });
    const response = await fetch(`${gateway.url}/v1/alerts/a/poster`);
    expect(response.headers.get('cache-control')).to.equal('no-store');
    expect(await errorOf(response)).to.include({ status: 'FAILED_PRECONDITION' });
  });

  it('gets an alert whose uid holds colons, encoded or not', async () => {
    const asked: string[] = [];
    await using gateway = await runGateway({
      store: {
        async getAlert({ uid }) {
          asked.push(uid);
          return { uid, status: Alert_Status.RECEIVED };
        },
      },
    });
    for (const path of ['a:b', 'a%3Ab', 'watch', ':watch', 'a:batch']) {
      const response = await fetch(`${gateway.url}/v1/alerts/${path}`);
      expect(response.status, path).to.equal(200);
      expect(await response.json()).to.include({ status: 'RECEIVED', store: '' });
    }
    expect(asked).to.deep.equal(['a:b', 'a:b', 'watch', ':watch', 'a:batch']);
  });

  it('waits for an outcome as long as the request asks, beyond the deadline of others', async () => {
    const waits: (number | undefined)[] = [];
    const overrides = { requestTimeoutMs: 200 };
    await using gateway = await runGateway(
      {
        store: {
          async getAlert({ uid, wait }, { signal }) {
            waits.push(wait && Number(wait.seconds) * 1_000 + wait.nanos / 1e6);
            const over = AbortSignal.any([signal, AbortSignal.timeout(wait === undefined ? 60_000 : 600)]);
            if (!over.aborted) await once(over, 'abort');
            return { uid };
          },
        },
      },
      overrides,
    );
    for (const [query, status] of [
      ['?wait=30s', 200],
      ['?wait=1.5', 200],
      ['', 504],
    ] as const) {
      expect((await fetch(`${gateway.url}/v1/alerts/a${query}`)).status, query).to.equal(status);
    }
    expect(waits).to.deep.equal([30_000, 1_500, undefined]);
    const wrong = await errorOf(await fetch(`${gateway.url}/v1/alerts/a?wait=soon`));
    expect(violationsOf(wrong)[0]).to.deep.equal({
      field: 'wait',
      description: 'must be a duration in seconds such as 5s or 1.5, not "soon"',
    });
  });

  it('returns the fields alone that a mask names, of one resource or of each in a page', async () => {
    const masks: unknown[] = [];
    const alert = {
      uid: 'a',
      receivedAt: { seconds: 1n },
      media: { container: 'mp4', video: { codec: 'h264', hdr: false, width: 9 } },
    };
    await using gateway = await runGateway({
      store: {
        async getAlert({ readMask }) {
          masks.push(readMask?.paths);
          return alert;
        },
        listAlerts: async () => ({ alerts: [alert, { uid: 'b' }] }),
      },
    });
    const get = async (path: string): Promise<object> =>
      (await fetch(`${gateway.url}/v1/alerts${path}`)).json() as never;
    const masked = { uid: 'a', receivedAt: '1970-01-01T00:00:01Z', media: { video: { codec: 'h264', hdr: false } } };
    const paths = 'media.video.hdr,uid,received_at,media.video.codec,failure';
    expect(await get(`/a?read_mask=${paths}`)).to.deep.equal(masked);
    expect(await get(`/a?readMask=${paths.replace('received_at', 'receivedAt')}`)).to.deep.equal(masked);
    expect(masks).to.deep.equal([paths.split(','), paths.split(',')]);
    expect(await get(`?read_mask=${paths}`)).to.deep.equal({ alerts: [masked, { uid: 'b' }], nextPageToken: '' });
    expect(await get('/a?read_mask=*')).to.include({ uid: 'a', video: '', timestamp: 0 });
    expect(await get('/a?read_mask=')).to.include({ uid: 'a', video: '', timestamp: 0 });
  });

  it('lists with every parameter, and ignores an empty one', async () => {
    const requests: ListAlertsRequest[] = [];
    await using gateway = await runGateway({
      store: {
        async listAlerts(request) {
          requests.push(request);
          return { nextPageToken: 'n' };
        },
      },
    });
    const list = `${gateway.url}/v1/alerts`;
    const full =
      'stores=store%2042&statuses=processed&since=1748871320.5&until=2025-06-03T00:00:00Z&page_size=7&pageToken=t';
    expect(await (await fetch(`${list}?${full}`)).json()).to.deep.equal({ alerts: [], nextPageToken: 'n' });
    expect((await fetch(`${list}?stores=&statuses=&since=&until=&page_size=&page_token=`)).status).to.equal(200);
    expect(requests[0]).to.deep.include({
      stores: ['store 42'],
      statuses: [Alert_Status.PROCESSED],
      pageSize: 7,
      pageToken: 't',
    });
    expect(requests[0]?.since).to.deep.include({ seconds: 1748871320n, nanos: 500_000_000 });
    expect(requests[1]).to.deep.include({ stores: [], statuses: [], pageSize: 0 });
    expect(requests[1]?.since).to.equal(undefined);
  });

  it('answers gzipped to who accepts it, and says that this varies', async () => {
    const alerts = Array.from({ length: 100 }, (_, index) => ({ uid: `uid-${index}`, store: 'store-42' }));
    await using gateway = await runGateway({
      store: { listAlerts: async () => ({ alerts }), getAlert: async ({ uid }) => ({ uid }) },
    });
    const sizeOf = async (path: string, acceptEncoding: string) => {
      const response = httpGet(`${gateway.url}${path}`, { headers: { 'accept-encoding': acceptEncoding } });
      const [{ headers }] = (await once(response, 'response')) as [IncomingMessage];
      response.destroy();
      expect(headers.vary).to.equal('accept-encoding');
      return { encoding: headers['content-encoding'], length: Number(headers['content-length']) };
    };
    const plain = await sizeOf('/v1/alerts', 'br');
    expect(plain).to.include({ encoding: undefined }).and.property('length').above(1_024);
    for (const accepted of ['gzip', 'br, gzip;q=0.5', '*', 'X-GZIP']) {
      const zipped = await sizeOf('/v1/alerts', accepted);
      expect(zipped, accepted).to.include({ encoding: 'gzip' }).and.property('length').below(plain.length);
    }
    for (const refused of ['gzip;q=0', '', 'identity', '*;q=0', '*, gzip;q=0']) {
      expect(await sizeOf('/v1/alerts', refused), refused).to.deep.equal(plain);
    }
    expect(await sizeOf('/v1/alerts/a', 'gzip')).to.include({ encoding: undefined });
    const { alerts: read } = (await (await fetch(`${gateway.url}/v1/alerts`)).json()) as { alerts: unknown[] };
    expect(read).to.have.lengthOf(100);
  });

  it('says at / what it is', async () => {
    await using gateway = await runGateway({});
    const response = await fetch(gateway.url);
    expect(response.status).to.equal(200);
    const page = (await response.json()) as { name: string; rest: Record<string, string> };
    expect(page.name).to.equal('Vigie');
    expect(page.rest).to.include({ 'POST /v1/alerts': 'CreateAlert', 'GET /v1/alerts/{uid}/poster': 'GetPoster' });
    expect((await fetch(gateway.url, { method: 'HEAD' })).status).to.equal(200);
    const posted = await post(gateway.url, {});
    expect([posted.status, posted.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD']);
  });

  it('probes a video by its query parameter', async () => {
    await using gateway = await runGateway({
      probe: { probeVideo: async ({ video }) => ({ finding: { case: 'media', value: { container: video } } }) },
    });
    const response = await fetch(`${gateway.url}/v1/media?video=%2Fvideos%2Fa.mp4`);
    const { media } = (await response.json()) as { media: unknown };
    expect(media).to.include({ container: '/videos/a.mp4', truncated: false });
  });

  it('answers HEAD as GET without the body', async () => {
    await using gateway = await runGateway({ store: { getAlert: async ({ uid }) => ({ uid }) } });
    const response = await fetch(`${gateway.url}/v1/alerts/a`, { method: 'HEAD' });
    expect(response.status).to.equal(200);
    expect(Number(response.headers.get('content-length'))).to.be.greaterThan(10);
    expect(await response.text()).to.equal('');
  });

  describe('errors', () => {
    it('shows the error of a service with its details', async () => {
      await using gateway = await runGateway({
        store: {
          getAlert: async ({ uid }) => {
            throw rpcError(Code.NotFound, `There is no alert ${uid}.`, {
              reason: 'ALERT_NOT_FOUND',
              resource: { type: 'alert', name: uid },
            });
          },
        },
      });
      const response = await fetch(`${gateway.url}/v1/alerts/x`);
      expect(response.status).to.equal(404);
      expect(await response.json()).to.deep.equal({
        error: {
          code: 404,
          status: 'NOT_FOUND',
          reason: 'ALERT_NOT_FOUND',
          message: 'There is no alert x.',
          details: [
            { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'ALERT_NOT_FOUND', domain: 'vigie' },
            { '@type': 'type.googleapis.com/google.rpc.ResourceInfo', resourceType: 'alert', resourceName: 'x' },
          ],
        },
      });
    });

    it('keeps details of a type that it does not know', async () => {
      await using gateway = await runGateway({
        store: {
          getAlert: async () => {
            const error = new ConnectError('new', Code.FailedPrecondition);
            error.details = [{ type: 'vigie.later.v1.News', value: new Uint8Array([1, 2]) }];
            throw error;
          },
        },
      });
      const error = await errorOf(await fetch(`${gateway.url}/v1/alerts/x`));
      expect(error.details).to.deep.equal([{ '@type': 'type.googleapis.com/vigie.later.v1.News', value: 'AQI=' }]);
    });

    it('says in Retry-After when to try again', async () => {
      await using gateway = await runGateway({
        ingest: {
          createAlert: async () => {
            throw rpcError(Code.ResourceExhausted, 'Full.', { reason: 'QUEUE_FULL', retryDelayMs: 4_200 });
          },
        },
      });
      const busy = await post(`${gateway.url}/v1/alerts`, alert);
      expect([busy.status, busy.headers.get('retry-after')]).to.deep.equal([429, '5']);
    });

    it('does not retry a call whose service forbids that, and hides that header from clients', async () => {
      let calls = 0;
      await using gateway = await runGateway({
        ingest: {
          createAlert: async () => {
            calls++;
            const options = { reason: 'QUEUE_UNREACHABLE', retryDelayMs: 1_000, forbidsRetry: true };
            throw rpcError(Code.Unavailable, 'Gone.', options);
          },
        },
      });
      const response = await post(`${gateway.url}/v1/alerts`, alert);
      expect([response.status, response.headers.get('retry-after')]).to.deep.equal([503, '1']);
      expect(calls).to.equal(1);
      expect([...response.headers.keys()].join()).not.to.contain('pushback');
      expect(await response.text()).not.to.contain('pushback');
    });

    it('answers 503 with Retry-After while a service is away, without naming its address', async () => {
      await using gateway = await runGateway({ ingest: { createAlert: async () => ({}) } });
      expect((await post(`${gateway.url}/v1/alerts`, alert)).status).to.equal(202);
      await gateway.stopServices();
      const response = await post(`${gateway.url}/v1/alerts`, alert);
      expect(response.status).to.equal(503);
      expect(response.headers.get('retry-after')).to.equal('1');
      const error = await errorOf(response);
      expect(error).to.include({ code: 503, status: 'UNAVAILABLE' });
      expect(error.details[0]).to.include({ reason: 'UPSTREAM_UNREACHABLE' });
      expect(JSON.stringify(error)).not.to.contain('127.0.0.1');
    });

    it('answers 504 when the deadline passes, and cancels the call', async () => {
      const seen = Promise.withResolvers<AbortSignal>();
      await using gateway = await runGateway(
        {
          store: {
            async getAlert(_request, { signal }) {
              seen.resolve(signal);
              await once(signal, 'abort');
              return {};
            },
          },
        },
        { requestTimeoutMs: 1_000 },
      );
      const response = await fetch(`${gateway.url}/v1/alerts/x`);
      expect(response.status).to.equal(504);
      expect((await errorOf(response)).details[0]).to.include({ reason: 'DEADLINE_EXCEEDED' });
      const signal = await seen.promise;
      if (!signal.aborted) await once(signal, 'abort');
    });

    it('hides what went wrong inside', async () => {
      await using gateway = await runGateway({
        store: {
          getAlert: async () => {
            throw new TypeError('secret');
          },
        },
      });
      const response = await fetch(`${gateway.url}/v1/alerts/x`);
      expect(response.status).to.equal(500);
      expect(await response.text()).not.to.contain('secret');
    });

    it('answers 404 for an unknown route and 405 with Allow for another method', async () => {
      await using gateway = await runGateway({});
      const missing = await fetch(`${gateway.url}/v1/nothing`);
      expect(missing.status).to.equal(404);
      expect((await errorOf(missing)).details[0]).to.include({ reason: 'ROUTE_NOT_FOUND' });
      const other = await fetch(`${gateway.url}/v1/alerts`, { method: 'DELETE' });
      expect([other.status, other.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD, POST']);
      const internal = await post(`${gateway.url}/v1/alerts:record`, {});
      expect(internal.status).to.equal(404);
    });

    it('answers 400 for broken percent-encoding', async () => {
      await using gateway = await runGateway({});
      const response = await fetch(`${gateway.url}/v1/alerts/%C3`);
      expect(response.status).to.equal(400);
      expect((await errorOf(response)).details[0]).to.include({ reason: 'MALFORMED_PATH' });
    });

    it('names an unknown parameter and an unknown field', async () => {
      await using gateway = await runGateway({});
      const parameter = await fetch(`${gateway.url}/v1/alerts?sotre=x`);
      expect(parameter.status).to.equal(400);
      expect((await errorOf(parameter)).message).to.match(/^sotre is an unknown parameter; there are since,/);
      const field = await post(`${gateway.url}/v1/alerts`, { ...alert, vidoe: '/a.mp4' });
      expect(field.status).to.equal(400);
      expect((await errorOf(field)).message).to.match(/^vidoe is unknown; there are uid, video,/);
    });

    for (const [path, body, field, description] of [
      ['/v1/alerts', '', 'body', /^is required: a JSON object with uid, video, timestamp, store, labels$/],
      ['/v1/alerts', 'null', 'body', /^is required/],
      ['/v1/alerts', '[]', 'body', /^must be a JSON object with uid, video, timestamp, store, labels, not \[\]$/],
      ['/v1/alerts', '"x"', 'body', /^must be a JSON object with .*, not "x"$/],
      ['/v1/alerts', '[null]', 'body', /not \[null\]$/],
      ['/v1/alerts', '7', 'body', /not 7$/],
      ['/v1/alerts', '{"alert":{"uid":"a"}}', 'alert', /the body itself is the alert, with uid, video/],
      ['/v1/alerts', '{"timestamp":"0x10"}', 'timestamp', /^must be a number \(double\), not "0x10"$/],
      ['/v1/alerts', '{"timestamp":" 1"}', 'timestamp', /^must be a number/],
      ['/v1/alerts', '{"timestamp":"noon"}', 'timestamp', /^must be a number/],
      ['/v1/alerts', '{"timestamp":{}}', 'timestamp', /^must be/],
      ['/v1/alerts', '{"labels":["a"]}', 'labels', /^must be a JSON object, not \["a"\]$/],
      ['/v1/alerts', '{"labels":{"camera":3}}', 'labels["camera"]', /^must be a string, not 3$/],
      ['/v1/alerts:batch', '{"alerts":7}', 'alerts', /^must be a JSON array, not 7$/],
      ['/v1/alerts:batch', '[{}]', 'body', /^must be a JSON object with alerts, not/],
      ['/v1/alerts:replay', '{"since":"noon"}', 'since', /RFC 3339.*Unix seconds/],
      ['/v1/alerts:replay', '{"since":{}}', 'since', /RFC 3339.*, not \{\}$/],
      ['/v1/alerts:replay', '{"since":true}', 'since', /Unix seconds, not true$/],
      ['/v1/alerts:replay', '{"statuses":["POEM"]}', 'statuses[0]', /^must be one of/],
      ['/v1/alerts:replay', '{"pageSize":"0x10"}', 'pageSize', /^must be a number \(int32\)/],
    ] as const) {
      it(`names field and reason: ${path} ${body}`, async () => {
        await using gateway = await runGateway({});
        const error = await errorOf(await post(`${gateway.url}${path}`, body));
        expect(error).to.include({ code: 400, reason: 'INVALID_FIELDS' });
        expect(violationsOf(error)).to.have.lengthOf(1);
        expect(violationsOf(error)[0]?.field).to.equal(field);
        expect(violationsOf(error)[0]?.description).to.match(description);
      });
    }

    it('tells broken JSON as such, whatever its content type', async () => {
      await using gateway = await runGateway({});
      for (const contentType of ['application/json', '', 'text/plain', 'application/x-www-form-urlencoded']) {
        for (const path of ['/v1/alerts', '/v1/alerts:batch', '/alert']) {
          const response = await post(`${gateway.url}${path}`, '{"uid":"a",', { 'content-type': contentType });
          expect(await errorOf(response), `${path} ${contentType}`).to.include({ code: 400, reason: 'MALFORMED_JSON' });
        }
      }
    });

    it('says where malformed JSON is malformed', async () => {
      await using gateway = await runGateway({});
      const response = await post(`${gateway.url}/v1/alerts`, '{"uid":"a"\n"video":"/a.mp4"}');
      expect(response.status).to.equal(400);
      expect((await errorOf(response)).message).to.match(/line 2 column 1/);
    });

    it('refuses a body that is not UTF-8, too large or not JSON', async () => {
      await using gateway = await runGateway(
        {},
        { requestLimits: { ...readConfig({}).requestLimits, maxBodyBytes: 1024 } },
      );
      const url = `${gateway.url}/v1/alerts`;
      const latin1 = await fetch(url, { method: 'POST', headers: json, body: Buffer.from('{"uid":"\xe9"}', 'latin1') });
      expect(latin1.status).to.equal(400);
      expect((await post(url, 'x'.repeat(1025))).status).to.equal(413);
      const xml = await post(url, '<a/>', { 'content-type': 'application/xml' });
      expect(xml.status).to.equal(415);
      expect((await post(url, 'uid=a', { 'content-type': 'application/x-www-form-urlencoded' })).status).to.equal(415);
      expect((await post(url, alert, { ...json, 'content-encoding': 'gzip' })).status).to.equal(415);
    });

    it('limits the size of a body whose length is not announced', async () => {
      await using gateway = await runGateway(
        {},
        { requestLimits: { ...readConfig({}).requestLimits, maxBodyBytes: 1024 } },
      );
      const body = new ReadableStream({
        start(controller) {
          for (let index = 0; index < 100; index++) controller.enqueue(new Uint8Array(100).fill(0x20));
          controller.close();
        },
      });
      const response = await fetch(`${gateway.url}/v1/alerts`, { method: 'POST', body, headers: json, duplex: 'half' });
      expect(response.status).to.equal(413);
    });
  });

  it('takes JSON without a content type, and of none but those of JSON', async () => {
    await using gateway = await runGateway({ ingest: { createAlert: async () => ({}) } });
    for (const [contentType, status] of [
      ['', 202],
      ['application/vnd.acme+json; charset=utf-8', 202],
      ['application/x-www-form-urlencoded', 415],
      ['text/plain;charset=UTF-8', 415],
      ['application/octet-stream', 415],
      ['multipart/form-data; boundary=x', 415],
    ] as const) {
      const response = await post(`${gateway.url}/v1/alerts`, alert, { 'content-type': contentType });
      expect(response.status, contentType).to.equal(status);
    }
  });

  it('continues the trace of the caller or begins one, and returns its id', async () => {
    const seen: (string | undefined)[] = [];
    await using gateway = await runGateway({
      ingest: {
        async createAlert() {
          seen.push(currentTrace()?.traceId);
          return {};
        },
      },
    });
    const { traceId, spanId } = newTrace();
    const traceparent = `00-${traceId}-${spanId}-01`;
    const continued = await post(`${gateway.url}/v1/alerts`, alert, { ...json, traceparent });
    expect(continued.headers.get('trace-id')).to.equal(traceId);
    const begun = await post(`${gateway.url}/v1/alerts`, alert);
    expect(seen).to.deep.equal([traceId, begun.headers.get('trace-id')]);
    expect(seen[1]).to.match(/^[0-9a-f]{32}$/);
  });

  it('cancels the call when the client leaves', async () => {
    const seen = Promise.withResolvers<AbortSignal>();
    await using gateway = await runGateway({
      store: {
        async getAlert(_request, { signal }) {
          seen.resolve(signal);
          await once(signal, 'abort');
          return {};
        },
      },
    });
    const client = new AbortController();
    const call = fetch(`${gateway.url}/v1/alerts/x`, { signal: client.signal }).catch(() => {});
    const signal = await seen.promise;
    client.abort();
    if (!signal.aborted) await once(signal, 'abort');
    await call;
  });

  it('counts requests by route template', async () => {
    await using gateway = await runGateway({ store: { getAlert: async () => ({}) } });
    await (await fetch(`${gateway.url}/v1/alerts/x`)).text();
    await (await fetch(`${gateway.url}/v1/alerts/y`)).text();
    const counted =
      'http_server_requests_total{method="GET",route="/v1/alerts/{uid}",status="200",service="gateway"} 2';
    expect(await gateway.metrics.metrics()).to.contain(counted);
    const session = connectHttp2(gateway.url);
    for (const method of ['BREW', 'STEEP']) {
      await once(session.request({ ':method': method, ':path': `/v1/${method}` }).resume(), 'close');
    }
    session.close();
    const text = await gateway.metrics.metrics();
    expect(text).to.contain('method="other",route="unknown",status="404",service="gateway"} 2').and.not.contain('BREW');
  });

  describe('streams', () => {
    it('sends each message as a line, as soon as it is there', async () => {
      const outcomes = new FakeOutcomes();
      await using gateway = await runGateway({ store: { watchAlerts: outcomes.watchAlerts } });
      const query = 'stores=s&stores=t&labels=camera=3&labels=site%3D%C3%89vry&statuses=FAILED&statuses=2';
      const response = await fetch(`${gateway.url}/v1/alerts:watch?${query}`);
      expect(response.headers.get('content-type')).to.equal('application/x-ndjson');
      const lines = readLines(response);
      expect(JSON.parse((await lines.next()).value as string)).to.deep.equal({
        resumeToken: tokenAt(0),
        event: 'READY',
      });
      const labels = { camera: '3', site: 'Évry' };
      outcomes.report('other', { store: 's', labels: { camera: '3' } });
      const resumeToken = outcomes.report('a', { store: 's', labels });
      const second = JSON.parse((await lines.next()).value as string) as { alert: object };
      expect(second).to.deep.include({ resumeToken });
      expect(second.alert).to.deep.include({ uid: 'a', store: 's', status: 'PROCESSED', video: '' });
      await lines.return(undefined);
    });

    it('sends events to an EventSource, which goes on after its last one', async () => {
      const outcomes = new FakeOutcomes();
      await using gateway = await runGateway({ store: { watchAlerts: outcomes.watchAlerts } });
      const first = outcomes.report('a');
      const second = outcomes.report('b');
      const response = await fetch(`${gateway.url}/v1/alerts:watch`, {
        headers: { accept: 'text/event-stream', 'last-event-id': first },
      });
      expect(response.headers.get('content-type')).to.equal('text/event-stream');
      const lines = readLines(response);
      const taken: string[] = [];
      while (taken.length < 7) taken.push((await lines.next()).value as string);
      expect(taken.slice(0, 5)).to.deep.equal([
        'event: ready',
        `id: ${first}`,
        `data: {"resumeToken":"${first}","event":"READY"}`,
        '',
        `id: ${second}`,
      ]);
      expect(taken[5]).to.match(/^data: \{"alert":\{"uid":"b"/);
      outcomes.fail(rpcError(Code.DataLoss, 'gone', { reason: 'GONE' }));
      const rest = await Array.fromAsync(lines);
      expect(rest.join('\n')).to.match(/event: error\ndata: \{"error":/);
    });

    it('answers with headers before the first outcome, and cancels when the client leaves', async () => {
      const seen = Promise.withResolvers<AbortSignal>();
      await using gateway = await runGateway({
        store: {
          async *watchAlerts(_request, { signal }) {
            yield { resumeToken: tokenAt(0) };
            seen.resolve(signal);
            await once(signal, 'abort');
          },
        },
      });
      const client = new AbortController();
      const response = await fetch(`${gateway.url}/v1/alerts:watch`, { signal: client.signal });
      expect(response.status).to.equal(200);
      const signal = await seen.promise;
      client.abort();
      if (!signal.aborted) await once(signal, 'abort');
    });

    it('reports an error before the first message by the status, and a later one in the last line', async () => {
      let early = true;
      await using gateway = await runGateway({
        store: {
          async *watchAlerts() {
            if (!early) yield { resumeToken: tokenAt(0) };
            throw rpcError(Code.InvalidArgument, 'The token is stale.', { reason: 'STALE_TOKEN' });
          },
        },
      });
      expect((await fetch(`${gateway.url}/v1/alerts:watch`)).status).to.equal(400);
      early = false;
      const response = await fetch(`${gateway.url}/v1/alerts:watch`);
      expect(response.status).to.equal(200);
      const lines = (await response.text()).trim().split('\n');
      expect(lines).to.have.lengthOf(2);
      expect(JSON.parse(lines[1] as string)).to.have.nested.property('error.status', 'INVALID_ARGUMENT');
    });

    it('ends with an error line when the gateway stops', async () => {
      await using gateway = await runGateway({
        store: {
          async *watchAlerts(_request, { signal }) {
            yield { resumeToken: tokenAt(0) };
            await once(signal, 'abort');
          },
        },
      });
      const response = await fetch(`${gateway.url}/v1/alerts:watch`);
      const [text] = await Promise.all([response.text(), gateway.stop()]);
      const [, last = ''] = text.split('\n');
      expect(JSON.parse(last)).to.have.nested.property('error.status', 'UNAVAILABLE');
      expect(last).to.contain('STOPPING');
    });
  });
});
