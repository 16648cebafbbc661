import { gzipSync } from 'node:zlib';
import { type Attack, type AttackResult, PORTS, REFUSED, type Target } from '../attack.ts';
import type { Answer } from '../clients/answer.ts';
import { Http2Client, type Http2Request } from '../clients/http2-client.ts';
import { jsonCall, LIST_METHODS, protocolsOf, unaryCall } from '../payloads/calls.ts';
import { emptyItems, nestedGroups, nestedItems, unknownFields } from '../payloads/protobuf.ts';

/** Small bodies that become large, or many objects, once they are decoded. */
export const DECODING_ATTACKS: readonly Attack[] = [
  protobufAttack('empty-items', '4 MB of empty messages in a list', emptyItems(2_000_000)),
  protobufAttack('unknown-fields', '500,000 unknown fields', unknownFields(500_000)),
  protobufAttack('nested-items', 'messages nested 10,000 deep', nestedItems(10_000)),
  protobufAttack('nested-groups', 'groups nested 500,000 deep', nestedGroups(500_000)),
  {
    name: 'gzip-bomb',
    what: '8 KB of gzip that expand to 8 MB',
    ports: PORTS,
    run: target => sendAll(target, gzipBombs(target)),
  },
  jsonAttack('json-items', '4 MB of [{},{},…]', Buffer.from(`[${'{},'.repeat(1_300_000)}{}]`)),
  jsonAttack('json-depth', 'arrays nested 1,000,000 deep', Buffer.from('['.repeat(1_000_000) + ']'.repeat(1_000_000))),
  jsonAttack('json-members', '500,000 unknown members', Buffer.from(`{${manyMembers(500_000)}}`)),
];

function protobufAttack(name: string, what: string, message: Uint8Array): Attack {
  return {
    name,
    what,
    ports: PORTS,
    run: target =>
      sendAll(
        target,
        protocolsOf(target.port).map(protocol => unaryCall(LIST_METHODS[target.port], message, protocol)),
      ),
  };
}

function jsonAttack(name: string, what: string, body: Buffer): Attack {
  const wrapped = Buffer.concat([Buffer.from('{"alerts":'), body, Buffer.from('}')]);
  return {
    name,
    what,
    ports: ['gateway'],
    run: target =>
      sendAll(target, [
        jsonCall('/v1/alerts', body),
        jsonCall('/v1/alerts:batch', wrapped),
        jsonCall('/alerts', body),
        jsonCall(LIST_METHODS.gateway, wrapped),
      ]),
  };
}

function gzipBombs({ port }: Target): Http2Request[] {
  const message = gzipSync(emptyItems(4_000_000), { level: 9 });
  const calls = protocolsOf(port).map(protocol => unaryCall(LIST_METHODS[port], message, protocol, true));
  if (port !== 'gateway') return calls;
  const json = gzipSync(`{"alerts":[${'{},'.repeat(2_600_000)}{}]}`, { level: 9 });
  return [...calls, jsonCall('/v1/alerts:batch', json, { 'content-encoding': 'gzip' })];
}

/** One after the other: that many at once are refused as such is another attack. */
async function sendAll({ address }: Target, calls: readonly Http2Request[]): Promise<AttackResult> {
  using client = await Http2Client.open(address);
  const answers: Answer[] = [];
  for (const call of calls) answers.push(await client.call(call));
  // REST takes no compressed bodies: HTTP 415.
  return { answers, allowed: [...REFUSED, 'HTTP 415'] };
}

function manyMembers(count: number): string {
  return Array.from({ length: count }, (_, index) => `"x${index}":1`).join(',');
}
