import { expect } from 'chai';
import { Health } from './health.ts';

describe('Health', () => {
  const createHealth = (states: { streams?: string; video?: string }) => {
    const health = new Health();
    health.enter('running');
    health.addCheck('streams', () => states.streams);
    health.addCheck('video', () => states.video, { isRequired: false });
    return health;
  };

  it('is not ready while a check fails, and says why', async () => {
    const { ready, checks } = await createHealth({ streams: 'no leader' }).readiness();
    expect(ready).to.equal(false);
    expect(checks).to.deep.equal({ service: 'ok', streams: 'no leader', video: 'ok' });
  });

  it('is ready without what is not required, and shows it', async () => {
    const { ready, checks } = await createHealth({ video: 'gone' }).readiness();
    expect(ready).to.equal(true);
    expect(checks).to.deep.equal({ service: 'ok', streams: 'ok', video: 'gone' });
  });

  it('counts whatever is named, required or not', async () => {
    const health = createHealth({ video: 'gone' });
    expect((await health.readiness(new Set(['video']))).ready).to.equal(false);
    expect((await health.readiness(new Set())).ready).to.equal(true);
  });

  it('looks at a part once for all who take an answer of some age', async () => {
    let looks = 0;
    const health = new Health();
    health.enter('running');
    health.addCheck('disk', () => `look ${++looks}`);
    health.addCheck('queue', () => undefined);
    await Promise.all([health.readiness(undefined, 60_000), health.readiness(new Set(['disk']), 60_000)]);
    expect((await health.readiness(undefined, 60_000)).checks.disk).to.equal('look 1');
    expect((await health.readiness()).checks.disk).to.equal('look 2');
  });
});
