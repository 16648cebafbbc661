import type { ConnectError } from '@connectrpc/connect';
import { errorToJsonBytes } from '@connectrpc/connect/protocol-connect';
import { codeNameOf } from '@vigie/service-kit/grpc';
import { limitSending } from '@vigie/service-kit/http-listener';
import { anyTypes } from '../error-json.ts';
import type { Exchange } from '../exchange.ts';
import { httpStatusOf } from '../http-status.ts';
import { retryHeaders, sendBytes } from '../send.ts';
import { RPC_WATCH_FORMATS } from '../watch/rpc-watch-formats.ts';
import { expectsGrpcStatus, sendGrpcError } from './send-grpc.ts';

const JSON_OPTIONS = { registry: anyTypes };

/** Answers a call of any RPC protocol with an error before anything of it is read: Connect need not be asked. */
export function refuseRpc(exchange: Exchange, error: ConnectError): void {
  exchange.route = exchange.path;
  exchange.code = codeNameOf(error.code);
  if (expectsGrpcStatus(exchange)) sendGrpcError(exchange, error);
  else sendConnectError(exchange, error);
}

function sendConnectError(exchange: Exchange, error: ConnectError): void {
  // Connect tells of the errors of streams at their end, with status 200.
  const stream = RPC_WATCH_FORMATS.get(exchange.request.headers['content-type']?.toLowerCase() ?? '');
  if (stream === undefined) {
    const body = errorToJsonBytes(error, JSON_OPTIONS);
    sendBytes(exchange, httpStatusOf(error), 'application/json', body, retryHeaders(error));
  } else {
    stream.end(exchange, error);
    limitSending(exchange.response, exchange.sendTimeoutMs, exchange.call);
  }
}
