import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import type { Alert } from '@vigie/alert';
import { alertToProto } from '@vigie/alert/wire';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { ANSWER_TIMEOUT_MS, type EntryPoint, RefusedError } from './entry-point.ts';

/** `AlertService.CreateAlert`, one call an alert, over a channel to all gateways. */
export class GrpcEntryPoint implements EntryPoint, Disposable {
  readonly #transport: ChannelTransport;
  readonly #client: Client<typeof AlertService>;

  /** @param target as grpc-js resolves it */
  constructor(target: string) {
    this.#transport = new ChannelTransport({
      address: target,
      services: [AlertService],
      defaultTimeoutMs: ANSWER_TIMEOUT_MS,
    });
    this.#client = createClient(AlertService, this.#transport);
  }

  async send(alert: Alert): Promise<void> {
    try {
      await this.#client.createAlert({ alert: alertToProto(alert) });
    } catch (error) {
      throw new RefusedError(`gRPC ${Code[ConnectError.from(error).code]}`, error);
    }
  }

  [Symbol.dispose](): void {
    this.#transport[Symbol.dispose]();
  }
}
