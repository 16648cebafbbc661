/** A parent to be killed: boots a mesh of stand-ins, says the pids of all its processes, and waits. */
import path from 'node:path';
import { Mesh } from '../mesh.ts';

const mesh = await Mesh.boot({
  ports: 'free',
  serviceMain: () => path.join(import.meta.dirname, 'stand-in-service.ts'),
});
console.log(JSON.stringify({ dataDir: mesh.dataDir, pids: mesh.processes.map(process => process.pid) }));
setInterval(() => {}, 60_000);
