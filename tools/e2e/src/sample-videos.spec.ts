import { queryPostgres } from '@vigie/dev-env/servers';
import { findOutcomeDifferences, readSampleVideos } from '@vigie/dev-env/start';
import { expect } from 'chai';
import { useMesh } from './mesh-fixture.ts';
import { finishedAlert, newAlert, postJson } from './rest-client.ts';

describe('the sample videos', () => {
  const mesh = useMesh();

  it('each end as one correct row, however they are sent', async () => {
    const samples = await readSampleVideos();
    const found = await Promise.all(
      samples.map(async sample => {
        const alert = newAlert({ video: `/videos/${sample.file}` });
        expect((await postJson(`${mesh().url}/v1/alerts`, alert)).status).to.equal(202);
        return { sample, uid: alert.uid, record: await finishedAlert(mesh().url, alert.uid) };
      }),
    );
    const differences = found.flatMap(outcome =>
      findOutcomeDifferences(outcome).map(difference => `${outcome.sample.file}: ${difference}`),
    );
    expect(differences).to.deep.equal([]);
    const [rows] = await queryPostgres(mesh().addresses.databaseUrl, 'select count(*)::int as count from alerts');
    expect(rows).to.deep.equal({ count: samples.length });
  });

  it('cost a few kilobytes each', async () => {
    const [row] = await queryPostgres(
      mesh().addresses.databaseUrl,
      "select max(bytes_read)::int as bytes, max(requests)::int as requests from alerts where status = 'PROCESSED'",
    );
    expect(row).to.satisfies(
      ({ bytes, requests }: { bytes: number; requests: number }) => bytes <= 131_072 && requests <= 3,
    );
  });

  it('are in Postgres as they were sent, to the microsecond', async () => {
    const alert = newAlert({ store: 'Épicerie №5', timestamp: 1748871320.683412 });
    await postJson(`${mesh().url}/v1/alerts`, alert);
    await finishedAlert(mesh().url, alert.uid);
    const [row] = await queryPostgres(
      mesh().addresses.databaseUrl,
      `select video, store, status, extract(epoch from timestamp)::text as seconds from alerts where uid = $1`,
      [alert.uid],
    );
    expect(row).to.deep.equal({
      video: alert.video,
      store: 'Épicerie №5',
      status: 'PROCESSED',
      seconds: '1748871320.683412',
    });
  });
});
