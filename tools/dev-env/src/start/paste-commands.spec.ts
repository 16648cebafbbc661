import { expect } from 'chai';
import type { Mesh } from '../mesh.ts';
import { firstCommands } from './paste-commands.ts';

const place = (name: string, port: number | undefined, healthPort: number) => ({
  name,
  service: name.replace(/-\d$/, ''),
  port,
  healthUrl: `http://127.0.0.1:${healthPort}`,
});

const MESH = {
  url: 'http://127.0.0.1:8000',
  dataDir: '/data',
  services: [
    place('gateway', 8000, 9050),
    place('gateway-2', 40_001, 40_002),
    place('probe-svc', 50_052, 9052),
    place('probe-svc-2', 40_003, 40_004),
    place('retention-svc', undefined, 9054),
  ],
  addresses: {
    natsUrls: { operator: 'nats://operator:operator@127.0.0.1:4222' },
    databaseUrl: 'postgresql://vigie:vigie@127.0.0.1:55432/vigie',
    videoOrigin: 'http://127.0.0.1:8080',
  },
} as unknown as Mesh;

describe('what npm start prints last', () => {
  it('has the address of every replica, and where its health is', () => {
    const lines = firstCommands(MESH, 'a').split('\n');
    expect(lines.slice(0, 5)).to.deep.equal([
      'gateway         http://127.0.0.1:8000    health http://127.0.0.1:9050',
      'gateway-2       http://127.0.0.1:40001   health http://127.0.0.1:40002',
      'probe-svc       127.0.0.1:50052          health http://127.0.0.1:9052',
      'probe-svc-2     127.0.0.1:40003          health http://127.0.0.1:40004',
      'retention-svc                            health http://127.0.0.1:9054',
    ]);
  });

  it('calls a gateway that speaks TLS so', () => {
    const commands = firstCommands({ ...MESH, url: 'https://127.0.0.1:8000' } as Mesh, 'a');
    expect(commands)
      .to.contain('gateway         https://127.0.0.1:8000 ')
      .and.contain("'https://127.0.0.1:8000/v1/alerts?");
    expect(commands).not.to.contain('http://127.0.0.1:8000');
  });
});
