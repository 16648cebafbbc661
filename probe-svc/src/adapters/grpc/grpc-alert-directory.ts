import { type Client, Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { onBehalfOf } from '@vigie/access/wire';
import type { AlertName } from '@vigie/alert';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { Failure_Code } from '@vigie/proto/vigie/video/v1/failure_pb.ts';
import { type AlertDirectory, AlertDirectoryError, type ListedAlert } from '../../ports/alert-directory.ts';

/** The store service. */
export class GrpcAlertDirectory implements AlertDirectory {
  readonly #client: Client<typeof AlertService>;

  constructor(transport: Transport) {
    this.#client = createClient(AlertService, transport);
  }

  async find({ tenant, uid }: AlertName, signal?: AbortSignal): Promise<ListedAlert | undefined> {
    try {
      const call = { ...onBehalfOf(tenant), ...(signal !== undefined && { signal }) };
      const { video, store, failure } = await this.#client.getAlert({ uid }, call);
      return { video, store, crashesDecoder: failure?.code === Failure_Code.DECODER_CRASHED };
    } catch (error) {
      signal?.throwIfAborted();
      const { code, message } = ConnectError.from(error);
      if (code === Code.NotFound) return undefined;
      throw new AlertDirectoryError(`The store can't be asked for alerts: ${message}.`, { cause: error });
    }
  }
}
