import { create, createFileRegistry, type DescService, setExtension } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, MessageOptionsSchema } from '@bufbuild/protobuf/wkt';
import {
  file_buf_validate_validate,
  MessageRulesSchema,
  message as messageRules,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { Code, type ConnectError, createClient } from '@connectrpc/connect';
import { BadRequestSchema, ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { expect } from 'chai';
import { collect, failure, yieldAll } from '../grpc/testing/rpc-outcome.ts';
import { openChannel, type SpecServer, startSpecServer } from '../grpc/testing/spec-server.ts';
import { validateRequests } from './validate-requests.ts';

describe('validateRequests', () => {
  let alerts: SpecServer;
  let videos: SpecServer;
  let calls: string[];

  before(async () => {
    alerts = await startSpecServer(
      AlertService,
      {
        async createAlert() {
          calls.push('createAlert');
          return {};
        },
        async getAlert() {
          calls.push('getAlert');
          return {};
        },
        async replayAlerts() {
          calls.push('replayAlerts');
          return {};
        },
        async *watchAlerts() {
          calls.push('watchAlerts');
          yield {};
        },
      },
      { interceptors: [validateRequests([AlertService], [AlertService.method.createAlert])] },
    );
    videos = await startSpecServer(
      VideoService,
      {
        async probeStream(requests) {
          calls.push(...(await collect(requests, ({ offset }) => `chunk at ${offset}`)));
          return {};
        },
        async getPoster() {
          calls.push('getPoster');
          return {};
        },
        async probeVideo() {
          calls.push('probeVideo');
          return {};
        },
      },
      { interceptors: [validateRequests([VideoService])] },
    );
  });
  beforeEach(() => {
    calls = [];
  });
  after(async () => {
    await Promise.all([alerts[Symbol.asyncDispose](), videos[Symbol.asyncDispose]()]);
  });

  const violated = (error: ConnectError) =>
    error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));

  it('lets a request through that keeps the rules', async () => {
    using channel = openChannel(alerts.address);
    await createClient(AlertService, channel).getAlert({ uid: 'a-1' });
    expect(calls).to.deep.equal(['getAlert']);
  });

  it('refuses one that breaks a rule, and says which field must be how', async () => {
    using channel = openChannel(alerts.address);
    const error = await failure(createClient(AlertService, channel).getAlert({ uid: 'a b' }));
    expect(error.code).to.equal(Code.InvalidArgument);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('INVALID_FIELDS');
    expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]).to.deep.include({
      field: 'uid',
      description: 'does not match regex pattern `^[A-Za-z0-9._:-]{1,128}$`',
    });
    expect(calls).to.deep.equal([]);
  });

  it('says what is missing', async () => {
    using channel = openChannel(alerts.address);
    const error = await failure(createClient(AlertService, channel).getAlert({}));
    expect(error.rawMessage).to.equal('uid is required');
  });

  it('names each wrong field once, however many rules it breaks', async () => {
    using channel = openChannel(videos.address);
    const error = await failure(createClient(VideoService, channel).probeVideo({ video: 'a\\..' }));
    expect(violated(error)).to.deep.equal(['video']);
  });

  it('names the first field of a oneof that is empty', async () => {
    using channel = openChannel(videos.address);
    const error = await failure(createClient(VideoService, channel).getPoster({ maxSide: 8 }));
    expect(violated(error)).to.have.members(['video', 'max_side']);
  });

  it('names the field that the id of a rule of the whole message begins with', async () => {
    using channel = openChannel(alerts.address);
    expect(violated(await failure(createClient(AlertService, channel).replayAlerts({})))).to.deep.equal(['stores']);
    await createClient(AlertService, channel).replayAlerts({ until: { seconds: 1n } });
    expect(calls).to.deep.equal(['replayAlerts']);
  });

  it('refuses a request whose answer is a stream', async () => {
    using channel = openChannel(alerts.address);
    const error = await failure(collect(createClient(AlertService, channel).watchAlerts({ statuses: [1] })));
    expect(violated(error)).to.deep.equal(['statuses']);
    expect(calls).to.deep.equal([]);
  });

  it('refuses a stream of requests at the first that breaks a rule', async () => {
    using channel = openChannel(videos.address);
    const requests = yieldAll([{ offset: 0n }, { offset: 2n ** 63n }]);
    const error = await failure(createClient(VideoService, channel).probeStream(requests));
    expect(violated(error)).to.deep.equal(['offset']);
  });

  it('leaves a method of a hot path to its own checks', async () => {
    using channel = openChannel(alerts.address);
    await createClient(AlertService, channel).createAlert({});
    expect(calls).to.deep.equal(['createAlert']);
  });

  it('compiles the rules before the first request', () => {
    expect(() => validateRequests([serviceWithRule('this.matches(')])).to.throw('failed to compile');
  });
});

/** A service whose requests have a rule, as CEL. */
function serviceWithRule(expression: string): DescService {
  const options = create(MessageOptionsSchema);
  setExtension(options, messageRules, create(MessageRulesSchema, { cel: [{ id: 'a.rule', expression }] }));
  const file = create(FileDescriptorProtoSchema, {
    name: 'spec.proto',
    syntax: 'proto3',
    dependency: ['buf/validate/validate.proto'],
    messageType: [{ name: 'Request', options }],
    service: [{ name: 'Service', method: [{ name: 'Call', inputType: '.Request', outputType: '.Request' }] }],
  });
  const service = createFileRegistry(file, () => file_buf_validate_validate).getService('Service');
  if (service === undefined) throw new Error('no service');
  return service;
}
