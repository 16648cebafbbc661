import { SERVICES, ServiceProcess } from '@vigie/dev-env/services';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import { STAND_IN_SERVICE, temporaryDir } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { findUnready } from './find-unready.ts';

describe('findUnready', () => {
  it('names each process that does not get ready, and why, and no other', async () => {
    await using dir = await temporaryDir();
    const [first, second] = (await pickFreePorts(2)) as [number, number];
    const declaration = SERVICES.find(({ name }) => name === 'retention-svc') as (typeof SERVICES)[number];
    const place = { declaration, port: undefined, logDir: dir.path, main: STAND_IN_SERVICE } as const;
    const ready = new ServiceProcess({ ...place, replica: 1, healthPort: first, env: {} });
    const unready = new ServiceProcess({
      ...{ ...place, replica: 2, healthPort: second },
      ...{ env: { STAND_IN: 'unready' }, startTimeoutMs: 5_000 },
    });
    try {
      await ready.start();
      await unready.spawn();
      const [breach, ...others] = await findUnready([ready, unready]);
      expect(others).to.empty;
      expect(breach?.kind).to.equal('no-recovery');
      expect(breach?.detail).to.match(/^retention-svc-2 is not ready after 5 s: .* answers 503 .*no servers/);
    } finally {
      await Promise.all([ready.stop(), unready.stop()]);
    }
  });
});
