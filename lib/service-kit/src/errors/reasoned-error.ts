/**
 * An error with a stable, UPPER_SNAKE_CASE reason that programs can rely on; error tables pass it on as
 * `google.rpc.ErrorInfo.reason`. A subclass sets its own `name`, which keeps it a type of its own.
 */
export abstract class ReasonedError<Reason extends string> extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
