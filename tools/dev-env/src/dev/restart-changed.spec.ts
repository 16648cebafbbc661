import { utimes } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'chai';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { Mesh } from '../mesh.ts';
import { sendSampleAlerts } from '../start/sample-alerts.ts';
import { readSampleVideos } from '../start/sample-videos.ts';
import { waitFor } from '../testing/wait-for.ts';
import { restartChanged } from './restart-changed.ts';

describe('restartChanged', function () {
  this.timeout(180_000);

  it('restarts only the service whose file was touched, and the mesh works again', async () => {
    await using mesh = await Mesh.boot({ ports: 'free', startTimeoutMs: 120_000 });
    const ended = new AbortController();
    const said: string[] = [];
    const watched = restartChanged(mesh, { signal: ended.signal, say: line => said.push(line) });
    const before = pidsOf(mesh);

    try {
      await touch('ingest-svc/src/main.ts');
      await waitFor('a restart', () => said.find(line => line.startsWith('ingest-svc restarted in')), 60_000);
      const changed = [...pidsOf(mesh)].filter(([name, pid]) => pid !== before.get(name)).map(([name]) => name);
      expect(changed).to.deep.equal(['ingest-svc']);

      const [sample] = await readSampleVideos();
      const outcomes = await sendSampleAlerts(mesh.url, [sample as never], AbortSignal.timeout(60_000));
      expect(outcomes[0]?.record?.status).to.equal('PROCESSED');
    } finally {
      ended.abort();
      await watched;
    }
  });
});

function pidsOf(mesh: Mesh): Map<string, number | undefined> {
  return new Map(mesh.processes.map(({ name, pid }) => [name, pid]));
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(path.join(PROJECT_DIR, file), now, now);
}
