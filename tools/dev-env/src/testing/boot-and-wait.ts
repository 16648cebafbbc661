/** A parent to be killed: boots a mesh of stand-ins, says the pids of all its processes, and waits. */
import { Mesh } from '../mesh.ts';
import { STAND_IN_SERVICE } from './stand-in-path.ts';

const mesh = await Mesh.boot({
  ports: 'free',
  serviceMain: () => STAND_IN_SERVICE,
});
console.log(JSON.stringify({ dataDir: mesh.dataDir, pids: mesh.processes.map(process => process.pid) }));
setInterval(() => {}, 60_000);
