import type { Port } from '../attack.ts';
import type { Http2Request } from '../clients/http2-client.ts';
import { frame } from './protobuf.ts';

const ALERTS = '/vigie.alert.v1.AlertService';
const VIDEOS = '/vigie.video.v1.VideoService';

/** A method of each port whose request has a list of messages in field 1, or the nearest to it. */
export const LIST_METHODS: Readonly<Record<Port, string>> = {
  gateway: `${ALERTS}/BatchCreateAlerts`,
  'ingest-svc': `${ALERTS}/BatchCreateAlerts`,
  'probe-svc': `${VIDEOS}/ProbeVideo`,
  'store-svc': `${ALERTS}/PurgeAlerts`,
};

export const PROBE_VIDEO = `${VIDEOS}/ProbeVideo`;
export const PROBE_STREAM = `${VIDEOS}/ProbeStream`;
export const STREAM_ALERTS = `${ALERTS}/StreamAlerts`;
export const WATCH_ALERTS = `${ALERTS}/WatchAlerts`;

/** One call as each protocol of gRPC and Connect sends it, without TLS. */
export const PROTOCOLS = ['grpc', 'grpc-web', 'connect'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** The protocols that a port speaks. */
export function protocolsOf(port: Port): readonly Protocol[] {
  return port === 'gateway' ? PROTOCOLS : ['grpc'];
}

/** @param message in protobuf; gzipped if `compressed` */
export function unaryCall(path: string, message: Uint8Array, protocol: Protocol, compressed = false): Http2Request {
  const headers = { ':path': path, te: 'trailers' };
  if (protocol === 'connect') {
    const encoding = compressed ? { 'content-encoding': 'gzip' } : {};
    return { headers: { ...headers, ...encoding, 'content-type': 'application/proto' }, body: message };
  }
  return {
    headers: { ...headers, 'grpc-encoding': compressed ? 'gzip' : 'identity', 'content-type': contentType(protocol) },
    body: frame(message, compressed),
  };
}

function contentType(protocol: 'grpc' | 'grpc-web'): string {
  return protocol === 'grpc' ? 'application/grpc' : 'application/grpc-web+proto';
}

/** A call with a body of JSON: REST, or Connect where the path is a method's. */
export function jsonCall(path: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}): Http2Request {
  return { headers: { ':path': path, 'content-type': 'application/json', ...headers }, body };
}
