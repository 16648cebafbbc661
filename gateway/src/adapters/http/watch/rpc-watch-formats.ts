import { toBinary, toJsonString } from '@bufbuild/protobuf';
import type { ConnectError } from '@connectrpc/connect';
import { createEndStreamSerialization, endStreamFlag } from '@connectrpc/connect/protocol-connect';
import { trailerFlag, trailerSerialize } from '@connectrpc/connect/protocol-grpc-web';
import { type WatchAlertsResponse, WatchAlertsResponseSchema } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { codeNameOf, toTrailer } from '@vigie/service-kit/grpc';
import { encodeEnvelope } from '@vigie/service-kit/limits';
import { anyTypes } from '../error-json.ts';
import type { Exchange } from '../exchange.ts';
import type { WatchFormat } from './watch-format.ts';

type EncodeMessage = (message: WatchAlertsResponse) => Uint8Array;
type SendEnd = (response: Exchange['response'], error: ConnectError) => void;

const JSON_OPTIONS = { registry: anyTypes };
const CODECS: Readonly<Record<string, EncodeMessage>> = {
  proto: message => toBinary(WatchAlertsResponseSchema, message),
  json: message => Buffer.from(toJsonString(WatchAlertsResponseSchema, message, JSON_OPTIONS)),
};

/** How each protocol tells of an error after what was sent before: https://connectrpc.com/docs/protocol */
const ENDS: Readonly<Record<string, SendEnd>> = {
  grpc: (response, error) => {
    response.addTrailers(Object.fromEntries(toTrailer(error)));
    response.end();
  },
  'grpc-web': (response, error) => {
    response.end(encodeEnvelope(trailerFlag, trailerSerialize(toTrailer(error))));
  },
  connect: (response, error) => {
    const end = endStreams.serialize({ metadata: new Headers(), error });
    response.end(encodeEnvelope(endStreamFlag, end));
  },
};
const endStreams = createEndStreamSerialization(JSON_OPTIONS);

/** gRPC, gRPC-Web and Connect, by the content type of the response. */
export const RPC_WATCH_FORMATS: ReadonlyMap<string, WatchFormat> = new Map(
  Object.entries(ENDS).flatMap(([protocol, sendEnd]) =>
    Object.entries(CODECS).map(([codec, encode]) => {
      const contentType = `application/${protocol}+${codec}`;
      return [contentType, rpcWatchFormat(contentType, encode, sendEnd)] as const;
    }),
  ),
);

function rpcWatchFormat(contentType: string, encode: EncodeMessage, sendEnd: SendEnd): WatchFormat {
  const head = { 'content-type': contentType };
  return {
    head,
    heartbeat: undefined,
    encode: message => encodeEnvelope(0, encode(message)),
    end(exchange, error) {
      const { response } = exchange;
      exchange.code = codeNameOf(error.code);
      if (!response.headersSent) response.writeHead(200, head);
      sendEnd(response, error);
    },
  };
}
