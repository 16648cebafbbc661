import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { Mesh } from './mesh.ts';
import type { MeshOptions } from './mesh-options.ts';
import { isLiving, waitUntilGone } from './processes/living-process.ts';
import { SERVICE_NAMES } from './services/declared-services.ts';
import { portsOf } from './tcp-ports/mesh-ports.ts';
import { STAND_IN_SERVICE } from './testing/stand-in-path.ts';
import { temporaryDir } from './testing/temporary-dir.ts';

const STAND_INS: MeshOptions = { ports: 'free', serviceMain: () => STAND_IN_SERVICE };

describe('Mesh', () => {
  it('boots every part and leaves no process and no data after stop', async () => {
    const mesh = await Mesh.boot(STAND_INS);
    const pids = pidsOf(mesh);
    expect(mesh.processes.map(({ name }) => name)).to.deep.equal([...['postgres', 'nats', 'nginx'], ...SERVICE_NAMES]);
    expect(await (await fetch(mesh.url)).text()).to.equal('stand-in');
    await mesh.stop();
    await waitUntilGone(pids);
    expect(await readdir(mesh.dataDir).catch(error => error.code)).to.equal('ENOENT');
  });

  it('gives each service the addresses of the others', async () => {
    await using mesh = await Mesh.boot({
      ...STAND_INS,
      replicas: { 'probe-svc': 2 },
      env: { LOG_LEVEL: 'debug' },
    });
    const portsOfService = (name: string) => portsOf(mesh.ports, name);
    const [gateway] = mesh.service('gateway').log.records();
    expect(gateway?.env).to.include({
      HOST: '127.0.0.1',
      PORT: String(portsOfService('gateway').port),
      HEALTH_PORT: String(portsOfService('gateway').healthPort),
      INGEST_ADDRESS: `127.0.0.1:${portsOfService('ingest-svc').port}`,
      PROBE_ADDRESS: `ipv4:127.0.0.1:${portsOfService('probe-svc').port},${mesh.service('probe-svc', 2).address}`,
      STORE_ADDRESS: `127.0.0.1:${portsOfService('store-svc').port}`,
      LOG_LEVEL: 'debug',
    });
    const [store] = mesh.service('store-svc').log.records();
    expect(store?.env).to.include({
      NATS_URL: mesh.nats?.urlOf('store-svc'),
      DATABASE_URL: mesh.postgres?.urlOf('store-svc'),
      DATABASE_MIGRATION_URL: mesh.postgres?.url,
    });
    const [access] = mesh.service('access-svc').log.records();
    expect(access?.env).to.include({
      DATABASE_URL: mesh.postgres?.urlOf('access-svc'),
      DATABASE_MIGRATION_URL: mesh.postgres?.url,
    });
    const [retention] = mesh.service('retention-svc').log.records();
    expect(retention?.env)
      .to.include({ NATS_URL: mesh.nats?.urlOf('retention-svc') })
      .and.not.have.property('PORT');
  });

  it('replaces the address that a service has of another', async () => {
    await using mesh = await Mesh.boot({
      ...STAND_INS,
      readdress: (service, addresses) => ({ ...addresses, NATS_URL: `by way of ${service}` }),
    });
    const [store] = mesh.service('store-svc').log.records();
    expect(store?.env).to.include({ NATS_URL: 'by way of store-svc', DATABASE_URL: mesh.postgres?.urlOf('store-svc') });
  });

  it('starts a killed service again at its address, and reports one that ends by itself', async () => {
    await using mesh = await Mesh.boot(STAND_INS);
    const unexpected = Promise.withResolvers<string>();
    mesh.onUnexpectedExit(({ name }, { signal }) => unexpected.resolve(`${name} ${signal}`));
    const probe = mesh.service('probe-svc');
    probe.kill('SIGKILL');
    await probe.waitUntilExited();
    await probe.start();
    process.kill(mesh.service('store-svc').pid as number, 'SIGKILL');
    expect(await unexpected.promise).to.equal('store-svc SIGKILL');
  });

  it('names a service that ends during boot, with its last output, and leaves no process', async () => {
    await using dir = await temporaryDir();
    const crash = { dataDir: dir.path, serviceEnv: { 'store-svc': { STAND_IN: 'crash' } } };
    const error = await Mesh.boot({ ...STAND_INS, ...crash }).catch(error => error);
    expect(error.message)
      .to.match(/store-svc ended before it was ready/)
      .and.match(/DATABASE_URL is wrong/);
    expect(await processesNaming(dir.path)).to.deep.equal([]);
  });

  it('names the services that do not get ready, with their reasons', async () => {
    const unready = { STAND_IN: 'unready' };
    const serviceEnv = { 'ingest-svc': unready, 'store-svc': unready };
    const error = await Mesh.boot({ ...STAND_INS, startTimeoutMs: 4000, serviceEnv }).catch(error => error);
    expect(error.message)
      .to.match(/-svc is not ready after 4 s: .*503.*no servers/)
      .and.match(/ingest-svc is not ready/)
      .and.match(/store-svc is not ready/)
      .and.not.match(/gateway is not ready/);
  });

  it('gives up booting when its signal aborts', async () => {
    const signal = AbortSignal.timeout(300);
    const error = await Mesh.boot({ ...STAND_INS, signal }).catch(error => error);
    expect(error.name).to.equal('TimeoutError');
  });

  it('stops within 5 s, even if services ignore the signal', async () => {
    // What ending as many processes takes on this machine while it has other work.
    const obedientMs = await stopMs(await Mesh.boot(STAND_INS));
    const mesh = await Mesh.boot({ ...STAND_INS, env: { STAND_IN: 'stubborn' } });
    const pids = pidsOf(mesh);
    expect(await stopMs(mesh)).to.be.below(5000 + obedientMs);
    await waitUntilGone(pids, 0);
  });

  it('leaves no process when its own is killed', async () => {
    const parent = spawn(process.execPath, [path.join(import.meta.dirname, 'testing/boot-and-wait.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface(parent.stdout), 'line');
    const { dataDir, pids } = JSON.parse(line) as { dataDir: string; pids: number[] };
    expect(pids.every(isLiving)).to.equal(true);
    parent.kill('SIGKILL');
    await waitUntilGone(pids);
    await rm(dataDir, { recursive: true });
  });
});

function pidsOf(mesh: Mesh): number[] {
  return mesh.processes.map(({ pid }) => pid as number);
}

async function processesNaming(text: string): Promise<string[]> {
  const { readFile } = await import('node:fs/promises');
  const pids = (await readdir('/proc')).filter(entry => /^\d+$/.test(entry));
  const commands = await Promise.all(pids.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return commands.filter(command => command.includes(text));
}

async function stopMs(mesh: Mesh): Promise<number> {
  const startedAt = performance.now();
  await mesh.stop();
  return performance.now() - startedAt;
}
