import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { PROJECT_DIR } from '../../setup/project.mjs';

const read = (file: string) => readFile(path.join(PROJECT_DIR, 'docker', file), 'utf8');

describe('the containers', () => {
  it('are made of images that are pinned by digest', async () => {
    const images = [
      ...(await read('compose.yaml')).matchAll(/^ +image: (.*)$/gm),
      ...(await read('Dockerfile')).matchAll(/^ARG NODE_IMAGE=(.*)$/gm),
    ].map(([, image]) => image);
    expect(images).to.have.lengthOf(4);
    for (const image of images) expect(image).to.match(/^[a-z0-9.:-]+@sha256:[0-9a-f]{64}$/);
  });

  it('are all confined: no capabilities, a read-only file system, ports on loopback unless told otherwise', async () => {
    const compose = await read('compose.yaml');
    const [head = '', services = ''] = compose.split(/^services:\n/m);
    expect(head).to.match(/&confined\n.*cap_drop: \[ALL\]\n {2}read_only: true\n/s);
    expect(head).to.match(/&service\n {2}<<: \*confined\n/);
    const containers =
      services
        .split(/^volumes:/m)[0]
        ?.split(/^ {2}(?=[a-z-]+:\n)/m)
        .slice(1) ?? [];
    expect(containers).to.have.lengthOf(9);
    for (const container of containers) {
      expect(container).to.match(/^[a-z-]+:\n {4}<<: \*(confined|service)\n/);
      for (const [, port] of container.matchAll(/^ {6}- "(.*:\d+)"$/gm)) {
        expect(port).to.match(/^(127\.0\.0\.1|\$\{[A-Z]+_BIND:-127\.0\.0\.1\}):/);
      }
    }
  });
});
