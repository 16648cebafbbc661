import { SERVICE_NAMES } from '@vigie/dev-env/services';
import { expect } from 'chai';
import { ProjectCopy } from './testing/project-copy.ts';

/** All that a service consists of: docs/adding-a-service.md. */
const EMPTY_SERVICE = {
  'empty-svc/package.json': JSON.stringify({ name: '@vigie/empty-svc', version: '0.1.0', type: 'module' }),
  'empty-svc/src/service.ts': `
    import type { ServiceDeclaration } from '@vigie/service-kit/declaration';

    export const service = {
      name: 'empty-svc',
      healthPort: 9099,
      dependsOn: { NATS_URL: 'nats' },
      nats: { publishes: ['alerts.received.*'] },
      replicas: 'many',
      image: { memoryMib: 128 },
    } as const satisfies ServiceDeclaration;
  `,
  // With the rights of its NATS user it creates the streams, as no other service has.
  'empty-svc/src/main.ts': `
    import { openStreams, readJetStreamConfig } from '@vigie/alert/streams';
    import { EnvReader } from '@vigie/service-kit/env';
    import { readRunnerConfig, runService } from '@vigie/service-kit/lifecycle';
    import { closeNats, connectNats } from '@vigie/service-kit/nats';
    import { service } from './service.ts';

    await runService({
      name: service.name,
      readConfig(env) {
        const reader = new EnvReader(env);
        return reader.finish({ ...readRunnerConfig(reader, service), ...readJetStreamConfig(reader) });
      },
      async start(config, context) {
        const connection = await connectNats({ url: config.natsUrl, name: service.name, ...context });
        context.teardown.defer(() => closeNats(connection));
        await openStreams(connection, config.streamLimits, context);
      },
    });
  `,
};

describe('adding a service', () => {
  let copy: ProjectCopy;

  before(async () => {
    copy = await ProjectCopy.make();
    await copy.write(EMPTY_SERVICE);
  });
  after(() => copy[Symbol.asyncDispose]());

  it('takes no more than its folder to run on this machine, with a NATS user of its own', async () => {
    const { stdout, stderr } = await copy.run('tools/e2e/src/testing/boot-one-service.ts', 'empty-svc');
    expect(stderr).to.equal('');
    const { services, ...state } = JSON.parse(stdout);
    expect(services).to.have.members([...SERVICE_NAMES, 'empty-svc']);
    expect(state).to.deep.equal({
      readiness: { ready: true, checks: { service: 'ok', nats: 'ok', streams: 'ok' } },
      errors: [],
    });
  });

  it('shows its port in the usage of npm start, and its faults in that of npm run chaos', async () => {
    const start = await copy.run('tools/dev-env/src/start.ts', '--help');
    expect(start.stdout).to.match(/EMPTY_HEALTH_PORT +empty-svc \(health\) \(9099\)/);
    const chaos = await copy.run('tools/chaos/src/main.ts', '--help');
    for (const kind of ['kill', 'freeze', 'roll'])
      expect(chaos.stderr).to.match(new RegExp(`Kinds: .*\\b${kind}-empty-svc\\b`));
  });

  it('changes three files by one command, which npm run check asks for', async () => {
    const declare = 'tools/dev-env/src/declared/main.ts';
    const check = await copy.run(declare, '--check');
    expect(check.exitCode).to.equal(1);
    expect(check.stderr).to.match(
      /^docker\/nats\.conf is not what the services and the protos declare\. Run: npm run declare$/m,
    );
    expect((await copy.run(declare)).stdout).to.equal(
      'Written: docker/nats.conf, docker/compose.yaml, docs/operations.md\n',
    );
    expect(await copy.run(declare, '--check')).to.deep.equal({ exitCode: 0, stdout: '', stderr: '' });
  });

  it('gives it a user in nats.conf and a container in compose.yaml', async () => {
    const conf = await copy.read('docker/nats.conf');
    expect(conf).to.match(/user: empty-svc\n +password: \$NATS_EMPTY_PASSWORD\n/);
    expect(conf).to.include('subscribe: "_INBOX.empty-svc.>"');
    const compose = await copy.read('docker/compose.yaml');
    expect(compose).to.match(/NATS_EMPTY_PASSWORD: \$\{NATS_EMPTY_PASSWORD:-empty-svc\}/);
    expect(compose).to.include('args: { SERVICE: empty-svc }');
  });
});
