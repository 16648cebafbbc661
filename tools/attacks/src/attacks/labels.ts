import { SERVICE_NAMES } from '@vigie/dev-env/services';
import { Slots } from '@vigie/service-kit/async';
import type { Attack, AttackResult, Target } from '../attack.ts';
import { Http2Client } from '../clients/http2-client.ts';
import { unaryCall } from '../payloads/calls.ts';

const NAMES = 2_000;
/** Fewer than the server keeps refusals for, should this client get no CPU to read them. */
const AT_ONCE = 200;

/** Names that a stranger chooses, which no metric may keep. */
export const LABEL_ATTACKS: readonly Attack[] = [
  {
    name: 'invented-names',
    what: `calls of ${NAMES} methods that nobody has`,
    ports: ['gateway', 'ingest-svc', 'probe-svc', 'store-svc'],
    run: inventNames,
  },
];

async function inventNames({ mesh, address }: Target): Promise<AttackResult> {
  const before = await countSeries(mesh);
  using client = await Http2Client.open(address);
  const names = Array.from({ length: NAMES }, (_, index) => `/invented.Service${index}/Method${index}`);
  const slots = new Slots(AT_ONCE);
  const callOne = async (path: string) => {
    using _slot = await slots.take();
    return await client.call(unaryCall(path, Buffer.alloc(0), 'grpc'));
  };
  const answers = await Promise.all(names.map(callOne));
  const grown = (await countSeries(mesh)) - before;
  const breaches = grown > 100 ? [`the metrics have ${grown} series more`] : [];
  return { answers, allowed: ['UNIMPLEMENTED', 'HTTP 404', 'RESOURCE_EXHAUSTED'], breaches };
}

async function countSeries(mesh: Target['mesh']): Promise<number> {
  const texts = await Promise.all(
    SERVICE_NAMES.map(async name => (await fetch(`${mesh.service(name).healthUrl}/metrics`)).text()),
  );
  return texts
    .join('\n')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#')).length;
}
