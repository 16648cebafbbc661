import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { type CallOptions, type Client, Code, ConnectError, createClient, type Transport } from '@connectrpc/connect';
import {
  IdempotencyService,
  type KeptAnswer as KeptAnswerMessage,
  BeginResponse_Kind as Kind,
} from '@vigie/proto/vigie/internal/idempotency/v1/idempotency_service_pb.ts';
import type { IdempotencyKeys, KeptAnswer, KeyAttempt, KeyState } from '../../api/idempotency-keys.ts';

/** Longer than store-svc waits for a row that another statement holds. */
const TIMEOUT_MS = 5_000;

/** store-svc keeps them, in Postgres. No caller's metadata goes there. */
export class StoreIdempotencyKeys implements IdempotencyKeys {
  readonly #client: Client<typeof IdempotencyService>;
  readonly #options: CallOptions;

  /** @param authorization of the gateway itself */
  constructor(transport: Transport, authorization: string) {
    this.#client = createClient(IdempotencyService, transport);
    this.#options = { timeoutMs: TIMEOUT_MS, headers: { authorization } };
  }

  async begin(attempt: KeyAttempt, fingerprint: Uint8Array, leaseMs: number): Promise<KeyState> {
    const request = { ...attempt, fingerprint, lease: durationFromMs(leaseMs) };
    const { kind, answer } = await this.#client.begin(request, this.#options);
    switch (kind) {
      case Kind.BEGUN:
        return { kind: 'BEGUN' };
      case Kind.IN_PROGRESS:
        return { kind: 'IN_PROGRESS' };
      case Kind.OTHER_REQUEST:
        return { kind: 'OTHER_REQUEST' };
      case Kind.ANSWERED:
        return { kind: 'ANSWERED', answer: toAnswer(answer) };
      default:
        throw new ConnectError(`store-svc answers ${kind}, of which this gateway knows nothing.`, Code.Internal);
    }
  }

  async finish(attempt: KeyAttempt, { status, headers, body }: KeptAnswer): Promise<void> {
    const answer = { status, headers, ...(body !== undefined && { body }) };
    await this.#client.finish({ ...attempt, answer }, this.#options);
  }

  async release(attempt: KeyAttempt): Promise<void> {
    await this.#client.release(attempt, this.#options);
  }
}

function toAnswer(answer: KeptAnswerMessage | undefined): KeptAnswer {
  if (answer === undefined) throw new ConnectError('store-svc has kept an answer and does not say it.', Code.Internal);
  const { status, headers, body } = answer;
  return { status, headers, body };
}
