import type { AlertStreamState } from '../domain/judge-stream.ts';

/** The stream of alerts, as far as its positions go. Every method rejects while it can't be reached. */
export interface AlertStream {
  /** Creates the stream, closed, if it is missing. */
  state(): Promise<AlertStreamState>;

  /** From then on it takes no messages. */
  close(): Promise<void>;

  /** Removes every message. @param sequence the position of the next one, later than any that it had */
  moveTo(sequence: number): Promise<void>;

  /** From then on it takes messages, and is known by `identity`. */
  open(identity: string): Promise<void>;
}
