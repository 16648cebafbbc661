import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { create, toBinary, toJson } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { waitFor } from '@vigie/dev-env/testing';
import { BatchCreateAlertsRequestSchema } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { aborted, collect, yieldAll } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { readConfig } from './config.ts';
import { tokenAt } from './testing/fake-outcomes.ts';
import {
  codeNameIn,
  compressors,
  encodeBody,
  type Form,
  REST_FORMS,
  STREAM_FORMS,
  sendRaw,
  UNARY_FORMS,
} from './testing/raw-request.ts';
import { type RunningGateway, runGateway } from './testing/running-gateway.ts';

const MIB = 1024 * 1024;
const DEFAULTS = readConfig({});
const BATCH = '/vigie.alert.v1.AlertService/BatchCreateAlerts';
const CREATE = '/vigie.alert.v1.AlertService/CreateAlert';
const STREAM = '/vigie.video.v1.VideoService/ProbeStream';

/** A body of 2 to 4 MB, or less, that stands for a million objects or more. */
const BOMBS: Readonly<Record<Form['codec'], Readonly<Record<string, Uint8Array>>>> = {
  json: {
    'empty objects': Buffer.from(`{"alerts":[${'{},'.repeat(MIB)}{}]}`),
    'nested arrays': Buffer.from('['.repeat(2 * MIB)),
    'unknown members': Buffer.from(`{${'"":0,'.repeat(500_000)}"":0}`),
  },
  binary: {
    'empty messages': Buffer.alloc(2 * MIB, Buffer.from([0x0a, 0])),
    'unknown fields': Buffer.alloc(1_500_000, Buffer.from([0xa0, 0x06, 1])),
    'nested groups': Buffer.alloc(2 * MIB, Buffer.from([0xa3, 0x06])),
  },
};

const pathOf = (form: Form) => (form.name.startsWith('REST') ? '/v1/alerts:batch' : BATCH);

describe('a request that decodes into more than it seems', () => {
  let gateway: RunningGateway;
  before(async () => {
    gateway = await runGateway({
      ingest: { batchCreateAlerts: async () => ({}) },
      probe: {
        async probeStream(requests) {
          await collect(requests);
          return {};
        },
      },
    });
  });
  after(() => gateway[Symbol.asyncDispose]());

  for (const form of [...UNARY_FORMS, ...REST_FORMS]) {
    it(`is refused: ${form.name}`, async () => {
      for (const [name, bomb] of Object.entries(BOMBS[form.codec])) {
        const answer = await sendRaw(gateway.url, pathOf(form), form, encodeBody(form, bomb));
        expect(codeNameIn(answer), name).to.equal('RESOURCE_EXHAUSTED');
        expect(answer.text).to.match(/MESSAGE_TOO_COMPLEX|max(Values|Depth|UnknownFields)/);
        if (form.name.startsWith('REST')) expect(answer.status).to.equal(413);
      }
    });

    const { encodingHeader } = form;
    if (encodingHeader === undefined) continue;
    it(`is refused when 8 KB of gzip stand for it: ${form.name}`, async () => {
      const [bomb] = Object.values(BOMBS[form.codec]) as [Uint8Array];
      const body = encodeBody(form, compressors.gzip(bomb), true);
      expect(body.byteLength).to.be.below(8_192);
      const answer = await sendRaw(gateway.url, BATCH, form, body, { [encodingHeader]: 'gzip' });
      expect(codeNameIn(answer)).to.equal('RESOURCE_EXHAUSTED');
    });
  }

  for (const [encoding, compress] of Object.entries(compressors)) {
    it(`is refused when it is longer than allowed once decompressed: ${encoding}`, async () => {
      const [form] = UNARY_FORMS as [Form];
      const body = compress(
        Buffer.concat([randomBytes(100 * 1024), Buffer.alloc(DEFAULTS.requestLimits.maxBodyBytes)]),
      );
      const answer = await sendRaw(gateway.url, BATCH, form, body, { 'content-encoding': encoding });
      expect(codeNameIn(answer)).to.equal('RESOURCE_EXHAUSTED');
      expect(answer.text).to.contain('once decompressed');
    });
  }

  for (const form of STREAM_FORMS) {
    it(`is refused in a stream of requests: ${form.name}`, async () => {
      for (const [name, bomb] of Object.entries(BOMBS[form.codec])) {
        const answer = await sendRaw(gateway.url, STREAM, form, encodeBody(form, bomb));
        expect(codeNameIn(answer), name).to.equal('RESOURCE_EXHAUSTED');
      }
    });
  }

  it("is refused as a parameter of Connect's GET", async () => {
    const bomb = Buffer.alloc(8 * MIB - 1, Buffer.from([0xa0, 0x06, 1]));
    const message = compressors.gzip(bomb).toString('base64url');
    const query = `connect=v1&encoding=proto&base64=1&compression=gzip&message=${message}`;
    const response = await fetch(`${gateway.url}/vigie.alert.v1.AlertService/GetAlert?${query}`);
    expect(await response.text()).to.contain('resource_exhausted');
  });

  it('does not keep what the proto does not know', async () => {
    const seen: unknown[] = [];
    await using server = await runGateway({
      ingest: {
        async createAlert(request) {
          seen.push(request.alert?.$unknown, request.alert?.uid);
          return {};
        },
      },
    });
    const alert = new BinaryWriter().tag(100, 2).string('later').tag(1, 2).string('a').finish();
    const message = new BinaryWriter().tag(1, 2).bytes(alert).finish();
    for (const form of UNARY_FORMS.filter(({ codec }) => codec === 'binary')) {
      expect(codeNameIn(await sendRaw(server.url, CREATE, form, encodeBody(form, message)))).to.equal('OK');
      expect(seen.splice(0), form.name).to.deep.equal([undefined, 'a']);
    }
  });

  it('is not repeated in the error, and a long number takes no long time', async () => {
    for (const digit of ['9', 'z']) {
      const body = Buffer.from(`{"alert":{"sequence":"${digit.repeat(MIB)}","${digit.repeat(MIB / 4)}":1}}`);
      for (const form of UNARY_FORMS.filter(({ codec }) => codec === 'json')) {
        const answer = await sendRaw(gateway.url, CREATE, form, encodeBody(form, body));
        expect(codeNameIn(answer), form.name).to.equal('INVALID_ARGUMENT');
        expect(answer.text.length).to.be.below(4_096);
      }
    }
  });
});

describe('a request beyond what is in flight already', () => {
  const callLimits = { ...DEFAULTS.callLimits, maxCalls: 2, maxBytes: 2 * MIB, maxBytesPerCaller: 2 * MIB };
  const streamLimits = { ...DEFAULTS.streamLimits, maxCallsPerCaller: 1 };
  const alerts = [{ uid: 'a', video: '/a.mp4', timestamp: 1, store: 's' }];
  const request = create(BatchCreateAlertsRequestSchema, { alerts });
  const messages = {
    binary: toBinary(BatchCreateAlertsRequestSchema, request),
    json: Buffer.from(JSON.stringify(toJson(BatchCreateAlertsRequestSchema, request))),
  };
  let gateway: RunningGateway;
  let arrived: () => void;
  let finish: PromiseWithResolvers<void>;

  before(async () => {
    gateway = await runGateway(
      {
        ingest: {
          async batchCreateAlerts() {
            arrived();
            await finish.promise;
            return {};
          },
        },
        probe: { getPoster: async () => ({ contentType: 'image/jpeg', data: new Uint8Array(400 * 1024) }) },
        store: {
          async *watchAlerts(_request, { signal }) {
            yield { resumeToken: tokenAt(0) };
            await aborted(signal);
          },
        },
      },
      { callLimits, streamLimits },
    );
  });
  beforeEach(() => {
    finish = Promise.withResolvers();
  });
  after(() => gateway[Symbol.asyncDispose]());

  /** Resolves once the calls have reached their service. */
  async function hold(form: Form, calls: number, message: Uint8Array): Promise<{ answers: Promise<string[]> }> {
    const all = Promise.withResolvers<void>();
    let count = 0;
    arrived = () => {
      if (++count === calls) all.resolve();
    };
    const answers = Promise.all(
      Array.from({ length: calls }, () =>
        sendRaw(gateway.url, pathOf(form), form, encodeBody(form, message)).then(codeNameIn),
      ),
    );
    await all.promise;
    return { answers };
  }

  for (const form of [...UNARY_FORMS, ...REST_FORMS]) {
    it(`is told when to try again: ${form.name}`, async () => {
      const { answers } = await hold(form, 2, messages[form.codec]);
      const answer = await sendRaw(gateway.url, pathOf(form), form, encodeBody(form, messages[form.codec]));
      expect(codeNameIn(answer)).to.equal('RESOURCE_EXHAUSTED');
      expect(answer.text).to.contain('maxCalls');
      expect(await gateway.metrics.metrics()).to.match(/server_refused_total\{kind="calls",bound="maxCalls".*\} [1-9]/);
      if (form.name.startsWith('REST')) {
        expect(answer.status).to.equal(429);
        expect(answer.text).to.contain('"retry-after":"1"').and.contain('RetryInfo');
      }
      finish.resolve();
      expect(await answers).to.deep.equal(['OK', 'OK']);
      await sendRaw(gateway.url, pathOf(form), form, encodeBody(form, messages[form.codec]));
    });
  }

  it('is refused for the bytes that others have in hand, unless it is small', async () => {
    const [form] = REST_FORMS as [Form];
    const large = Buffer.from(JSON.stringify({ alerts: [{ ...alerts[0], video: 'x'.repeat(600 * 1024) }] }));
    const { answers } = await hold(form, 1, large);
    const refused = await sendRaw(gateway.url, pathOf(form), form, large);
    expect([refused.status, codeNameIn(refused)]).to.deep.equal([429, 'RESOURCE_EXHAUSTED']);
    expect(refused.text).to.contain('maxBytes');
    const small = sendRaw(gateway.url, pathOf(form), form, messages.json);
    finish.resolve();
    expect(await answers).to.deep.equal(['OK']);
    expect(codeNameIn(await small)).to.equal('OK');
  });

  it('is refused for the answers that others have not read yet', async () => {
    finish.resolve();
    const url = `${gateway.url}/v1/media:poster?video=/a.mp4`;
    const session = connectHttp2(gateway.url);
    const unread = session.request({ ':path': '/v1/media:poster?video=/a.mp4' });
    await once(unread, 'response');
    const refused = await fetch(url);
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '1']);
    session.destroy();
    await waitFor('room for the answer', async () => (await fetch(url)).ok || undefined);
  });

  it('is refused as a server stream by a bound of its own', async () => {
    const watch = new AbortController();
    const url = `${gateway.url}/v1/alerts:watch`;
    const first = await fetch(url, { signal: watch.signal });
    expect(first.status).to.equal(200);
    const second = await fetch(url);
    expect([second.status, second.headers.get('retry-after')]).to.deep.equal([429, '1']);
    finish.resolve();
    arrived = () => {};
    const [form] = REST_FORMS as [Form];
    expect((await sendRaw(gateway.url, pathOf(form), form, messages.json)).status).to.equal(202);
    watch.abort();
  });
});

describe('a request that is too slow', () => {
  let gateway: RunningGateway;
  before(async () => {
    gateway = await runGateway(
      {
        probe: {
          async probeStream(requests) {
            const chunks = await collect(requests, ({ chunk }) => chunk.byteLength);
            return { finding: { case: 'missing', value: { lengthBytes: BigInt(chunks.length) } } };
          },
        },
      },
      { requestLimits: { ...DEFAULTS.requestLimits, bodyTimeoutMs: 300 } },
    );
  });
  after(() => gateway[Symbol.asyncDispose]());

  for (const form of [...REST_FORMS, ...UNARY_FORMS]) {
    it(`is refused: ${form.name}`, async () => {
      const half = encodeBody(form, Buffer.alloc(100, ' ')).subarray(0, 50);
      const answer = await sendRaw(gateway.url, pathOf(form), form, half, {}, { isUnfinished: true });
      expect(codeNameIn(answer)).to.equal('DEADLINE_EXCEEDED');
    });
  }

  for (const form of STREAM_FORMS) {
    it(`is refused in the middle of a message of a stream: ${form.name}`, async () => {
      const message = encodeBody(form, form.codec === 'json' ? Buffer.from('{}') : Buffer.alloc(0));
      const half = Buffer.concat([message, encodeBody(form, Buffer.alloc(100))]).subarray(0, -50);
      const answer = await sendRaw(gateway.url, STREAM, form, half, {}, { isUnfinished: true });
      expect(codeNameIn(answer)).to.equal('DEADLINE_EXCEEDED');
    });
  }

  it('may be a stream that is silent between two messages', async () => {
    const transport = createGrpcTransport({ baseUrl: gateway.url });
    async function* requests() {
      yield {};
      await new Promise(resolve => setTimeout(resolve, 500));
      yield {};
    }
    const { finding } = await createClient(VideoService, transport).probeStream(requests());
    expect(finding.value).to.include({ lengthBytes: 2n });
  });
});

describe('requests whose bodies do not come', () => {
  it('give way to others, on every protocol', async () => {
    const forms = [...REST_FORMS, ...UNARY_FORMS, ...STREAM_FORMS];
    const allArrived = Promise.withResolvers<void>();
    let arrived = 0;
    const read = async (requests: AsyncIterable<unknown>) => {
      await collect(requests);
      return {};
    };
    const create = async () => {
      if (++arrived === forms.length) allArrived.resolve();
      await allArrived.promise;
      return {};
    };
    await using gateway = await runGateway(
      { ingest: { createAlert: create }, probe: { probeStream: read } },
      { callLimits: { ...DEFAULTS.callLimits, maxCalls: forms.length } },
    );
    const slow = forms.map((form, index) => {
      const path = index < forms.length - STREAM_FORMS.length ? pathOf(form) : STREAM;
      const half = encodeBody(form, Buffer.alloc(100, ' ')).subarray(0, 50);
      return sendRaw(gateway.url, path, form, half, {}, { isUnfinished: true });
    });
    const post = async () => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch(`${gateway.url}/v1/alerts`, { method: 'POST', headers, body: '{}' })).ok || undefined;
    };
    await Promise.all(forms.map(() => waitFor('an answer', post)));
    const codes = (await Promise.all(slow)).map(codeNameIn);
    expect(codes).to.deep.equal(forms.map(() => 'RESOURCE_EXHAUSTED'));
  });
});

describe('streams of large messages', () => {
  it('wait for one another instead of being refused', async () => {
    const callLimits = { ...DEFAULTS.callLimits, maxBytesPerCaller: MIB / 2 };
    const read = async (requests: AsyncIterable<unknown>) => {
      await collect(requests);
      return {};
    };
    await using gateway = await runGateway({ probe: { probeStream: read } }, { callLimits });
    const client = createClient(VideoService, createGrpcTransport({ baseUrl: gateway.url }));
    const chunk = new Uint8Array(400 * 1024);
    const streams = Array.from({ length: 8 }, () => client.probeStream(yieldAll([{ chunk }, { chunk }])));
    expect(await Promise.all(streams)).to.have.lengthOf(8);
  });
});
