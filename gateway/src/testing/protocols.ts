import { createRegistry } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { file_google_rpc_error_details } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import type { RunningGateway } from './running-gateway.ts';

/** One way to call the gateway's methods by a client's library. */
export interface Protocol {
  readonly name: string;
  readonly duplex: boolean;
  open(gateway: RunningGateway): Transport;
}

const jsonOptions = { registry: createRegistry(file_google_rpc_error_details) };
export const PROTOCOLS: readonly Protocol[] = [
  ...(['1.1', '2'] as const).flatMap(httpVersion => [
    {
      name: `Connect, binary, HTTP/${httpVersion}`,
      duplex: httpVersion === '2',
      open: ({ url }: RunningGateway) => createConnectTransport({ baseUrl: url, httpVersion, useBinaryFormat: true }),
    },
    {
      name: `Connect, JSON, HTTP/${httpVersion}`,
      duplex: httpVersion === '2',
      open: ({ url }: RunningGateway) =>
        createConnectTransport({ baseUrl: url, httpVersion, useBinaryFormat: false, jsonOptions }),
    },
    {
      name: `gRPC-Web, HTTP/${httpVersion}`,
      duplex: httpVersion === '2',
      open: ({ url }: RunningGateway) => createGrpcWebTransport({ baseUrl: url, httpVersion }),
    },
  ]),
  {
    name: 'gRPC, connect-node',
    duplex: true,
    open: ({ url }: RunningGateway) => createGrpcTransport({ baseUrl: url }),
  },
  {
    name: 'gRPC, grpc-js',
    duplex: true,
    open: ({ port }: RunningGateway) =>
      new ChannelTransport({ address: `127.0.0.1:${port}`, services: [AlertService], defaultTimeoutMs: 60_000 }),
  },
];

/** grpc-js keeps its connection until it is closed; the others close theirs themselves. */
export function closing(transport: Transport): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      if (transport instanceof ChannelTransport) transport[Symbol.dispose]();
    },
  };
}
