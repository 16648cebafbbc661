import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { moveNginxConf } from './nginx-conf.ts';

const PLACE = { port: 8123, root: '/r', mimeTypes: '/m/mime.types', runDir: '/run/v' };

describe('moveNginxConf', () => {
  it("moves the container's configuration to this machine", async () => {
    const conf = await readFile(path.join(PROJECT_DIR, 'nginx/nginx.conf'), 'utf8');
    const moved = moveNginxConf(conf, PLACE);
    expect(moved).to.include('listen 127.0.0.1:8123;').and.include('root "/r";').and.include('pid "/run/v/nginx.pid";');
    expect(moved).not.to.match(/\/etc\/nginx|\/tmp\//);
  });

  it('says which directive it misses', () => {
    expect(() => moveNginxConf('http {\n}', PLACE)).to.throw(/nginx\/nginx\.conf has no line like .*pid/);
  });
});
