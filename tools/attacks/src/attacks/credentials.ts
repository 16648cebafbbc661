import { newApiKey } from '@vigie/access';
import { Slots } from '@vigie/service-kit/async';
import type { Attack, AttackResult, Target } from '../attack.ts';
import { Http2Client } from '../clients/http2-client.ts';
import { unaryCall, WATCH_ALERTS } from '../payloads/calls.ts';

const KEYS = 5_000;
const AT_ONCE = 200;

/** Guesses, each of which has to be looked up, as they are spelt like real ones. */
export const CREDENTIAL_ATTACKS: readonly Attack[] = [
  {
    name: 'invented-keys',
    what: `calls with ${KEYS} well-formed API keys that nobody has`,
    ports: ['gateway', 'store-svc'],
    run: inventKeys,
  },
];

async function inventKeys({ mesh, address }: Target): Promise<AttackResult> {
  using client = await Http2Client.open(address);
  const slots = new Slots(AT_ONCE);
  const { headers, body } = unaryCall(WATCH_ALERTS, Buffer.alloc(0), 'grpc');
  const guess = async () => {
    using _slot = await slots.take();
    return await client.call({ headers: { ...headers, authorization: `Bearer ${newApiKey()}` }, body });
  };
  const isKnown = async () => {
    const authorization = `Bearer ${mesh.access.adminKey}`;
    return (await fetch(`${mesh.url}/v1/apiKeys`, { headers: { authorization } })).ok;
  };
  // The gateway lets an address with so many wrong keys go on with those alone that it knows.
  const wasKnown = await isKnown();
  const [answers, whileGuessing] = await Promise.all([
    Promise.all(Array.from({ length: KEYS }, guess)),
    Promise.all(Array.from({ length: 20 }, isKnown)),
  ]);
  const breaches = [wasKnown, ...whileGuessing, await isKnown()].every(Boolean)
    ? []
    : ['a key that is good was refused meanwhile'];
  return { answers, allowed: ['UNAUTHENTICATED', 'UNAVAILABLE', 'RESOURCE_EXHAUSTED'], breaches };
}
