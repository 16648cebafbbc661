import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { moveNatsConf } from './nats-conf.ts';

const PLACE = { host: '127.0.0.1', port: 4999, monitorPort: 8999, storeDir: '/tmp/a b' };

describe('moveNatsConf', () => {
  it("moves the container's configuration to this machine", async () => {
    const conf = await readFile(path.join(PROJECT_DIR, 'docker/nats.conf'), 'utf8');
    const moved = moveNatsConf(conf, PLACE);
    expect(moved)
      .to.include('\nlisten: "127.0.0.1:4999"\n')
      .and.include('\nhttp: "127.0.0.1:8999"\n')
      .and.include('  store_dir: "/tmp/a b"\n');
    expect(moved).not.to.match(/4222|8222|\/data/);
  });

  it('says which directive it misses', () => {
    expect(() => moveNatsConf('jetstream {\n}', PLACE)).to.throw(/docker\/nats\.conf has no line like .*port/);
  });
});
