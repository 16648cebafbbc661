import { create, type Message } from '@bufbuild/protobuf';
import { Code, ConnectError, createContextKey, createContextValues, type Interceptor } from '@connectrpc/connect';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { collect, failure, yieldAll } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import type { UpstreamCall, Upstreams } from '../../api/upstreams.ts';
import { describeUpstreams, openSpecUpstreams } from '../../testing/upstreams.contract.ts';
import { InterceptedUpstreams } from './intercepted-upstreams.ts';

const { getAlert, watchAlerts } = AlertService.method;
const tenantKey = createContextKey('nobody', { description: 'tenant' });

/** Answers every call with the tenant that its context names. */
class FakeUpstreams implements Upstreams {
  readonly calls: UpstreamCall[] = [];

  async unary(_method: unknown, _request: Message, call: UpstreamCall): Promise<Message> {
    this.calls.push(call);
    return create(getAlert.output, { uid: call.contextValues.get(tenantKey) });
  }

  async stream(_method: unknown, _requests: unknown, call: UpstreamCall): Promise<AsyncIterable<Message>> {
    this.calls.push(call);
    return yieldAll([create(watchAlerts.output, { resumeToken: call.contextValues.get(tenantKey) })]);
  }
}

const authenticate: Interceptor = next => request => {
  const tenant = request.header.get('authorization');
  if (tenant === null) throw new ConnectError('Say who you are.', Code.Unauthenticated);
  request.contextValues.set(tenantKey, tenant);
  request.header.delete('authorization');
  return next(request);
};

const greet: Interceptor = next => request => {
  request.header.set('greeting', `hello ${request.contextValues.get(tenantKey)}`);
  return next(request);
};

describe('InterceptedUpstreams', () => {
  describe('with an interceptor that passes everything on', () => {
    const teardown = new AsyncDisposableStack();
    let upstreams: Upstreams;

    before(async () => {
      upstreams = new InterceptedUpstreams(await openSpecUpstreams(teardown), [next => request => next(request)]);
    });
    after(() => teardown.disposeAsync());

    describeUpstreams(() => upstreams);
  });

  const callOf = (header: Record<string, string>): UpstreamCall => ({
    signal: AbortSignal.timeout(60_000),
    timeoutMs: 7,
    header: new Headers(header),
    contextValues: createContextValues(),
  });

  it('runs interceptors from the first to the last, which pass typed values and headers on', async () => {
    const upstreams = new FakeUpstreams();
    const intercepted = new InterceptedUpstreams(upstreams, [authenticate, greet]);
    const call = callOf({ authorization: 'acme', other: 'o' });
    expect(await intercepted.unary(getAlert, create(getAlert.input), call)).to.include({ uid: 'acme' });
    const answers = await intercepted.stream(watchAlerts, yieldAll([create(watchAlerts.input)]), call);
    expect(await collect(answers, answer => (answer as { resumeToken?: string }).resumeToken)).to.deep.equal(['acme']);
    for (const { header, timeoutMs } of upstreams.calls) {
      expect([...header]).to.deep.equal([
        ['greeting', 'hello acme'],
        ['other', 'o'],
      ]);
      expect(timeoutMs).to.equal(7);
    }
    expect(call.header.get('authorization'), "the caller's own headers").to.equal('acme');
  });

  it('makes no call that an interceptor refuses', async () => {
    const upstreams = new FakeUpstreams();
    const intercepted = new InterceptedUpstreams(upstreams, [authenticate]);
    for (const call of [
      () => intercepted.unary(getAlert, create(getAlert.input), callOf({})),
      () => intercepted.stream(watchAlerts, yieldAll([]), callOf({})),
    ]) {
      expect((await failure(call())).code).to.equal(Code.Unauthenticated);
    }
    expect(upstreams.calls).to.deep.equal([]);
  });

  it('lets through, or refuses, a call that is answered without one of its own', async () => {
    const upstreams = new FakeUpstreams();
    const intercepted = new InterceptedUpstreams(upstreams, [authenticate]);
    const request = create(watchAlerts.input);
    await intercepted.admit(watchAlerts, request, callOf({ authorization: 'acme' }));
    expect((await failure(intercepted.admit(watchAlerts, request, callOf({})))).code).to.equal(Code.Unauthenticated);
    expect(upstreams.calls).to.deep.equal([]);
  });
});
