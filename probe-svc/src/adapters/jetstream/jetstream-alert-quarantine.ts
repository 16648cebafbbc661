import type { JetStreamClient } from '@nats-io/jetstream';
import type { Failure } from '@vigie/alert';
import { publishQuarantined } from '@vigie/alert/streams';
import type { AlertAttempt } from '../../domain/alert-attempt.ts';
import { type AlertQuarantine, AlertQuarantineError } from '../../ports/alert-quarantine.ts';

export class JetStreamAlertQuarantine implements AlertQuarantine {
  readonly #client: JetStreamClient;

  constructor(client: JetStreamClient) {
    this.#client = client;
  }

  async add(attempt: AlertAttempt, { code, message }: Failure): Promise<void> {
    const { alert, receivedAt, attempts, streamSequence } = attempt;
    try {
      await publishQuarantined({
        client: this.#client,
        original: { ...attempt.message, streamSequence, receivedAt },
        owner: alert,
        reason: code,
        why: message,
        attempts,
      });
    } catch (error) {
      throw new AlertQuarantineError(`The quarantine accepts no alert: ${(error as Error).message}.`, { cause: error });
    }
  }
}
