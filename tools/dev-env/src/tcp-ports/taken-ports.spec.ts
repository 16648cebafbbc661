import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect } from 'chai';
import { pickFreePorts } from './free-ports.ts';
import { type Listener, SERVER_LISTENERS } from './mesh-ports.ts';
import { claimPort } from './port-claim.ts';
import { ensurePortsFree } from './taken-ports.ts';

const GATEWAY: Listener = { owner: 'gateway', variable: 'GATEWAY_PORT', byDefault: 8000 };

describe('ensurePortsFree', () => {
  it('names the port, which part needs it, which process has it and the variable that changes it', async () => {
    const [taken, free] = (await pickFreePorts(2)) as [number, number];
    const holder = createServer().listen(taken, '0.0.0.0');
    await once(holder, 'listening');
    try {
      const error = await ensurePortsFree([claimPort(GATEWAY, taken), claimPort(SERVER_LISTENERS.nginx, free)]).catch(
        error => error,
      );
      expect(error.message).to.match(
        new RegExp(
          `^Port ${taken}, which gateway needs, is taken \\(by .*, pid ${process.pid}\\): another is chosen with GATEWAY_PORT\\.\n[^\n]+$`,
        ),
      );
    } finally {
      holder.close();
    }
  });

  it('leaves a free port free', async () => {
    const [port] = (await pickFreePorts(1)) as [number];
    await ensurePortsFree([claimPort(GATEWAY, port)]);
    await ensurePortsFree([claimPort(GATEWAY, port)]);
  });
});
