/** Boots a mesh of which one service alone runs, and says as JSON how it is. `node boot-one-service.ts empty-svc` */
import { Mesh } from '@vigie/dev-env';
import { SERVICE_NAMES } from '@vigie/dev-env/services';

const [wanted = ''] = process.argv.slice(2);
const replicas = Object.fromEntries(SERVICE_NAMES.map(name => [name, name === wanted ? 1 : 0]));
await using mesh = await Mesh.boot({ ports: 'free', replicas });
const service = mesh.service(wanted);
const readiness = await (await fetch(`${service.healthUrl}/readyz`)).json();
const errors = service.log.records().filter(({ level }) => Number(level) >= 40);
console.log(JSON.stringify({ services: SERVICE_NAMES, readiness, errors }));
