import type { StreamState } from '../domain/stream-state.ts';
import type { MessageTime } from '../domain/young-from.ts';

/** The streams that are kept. Every method rejects while they can't be reached. */
export interface Streams {
  /** Creates those that are missing, and brings the settings of the others up to date. */
  bringUpToDate(): Promise<void>;

  /** @throws Error also where not every consumer tells how far it has come */
  readState(stream: string): Promise<StreamState>;

  /** The first message at or behind a sequence whose time can be read, or undefined where there is none. */
  readMessageTime(stream: string, sequence: number): Promise<MessageTime | undefined>;

  /** Removes every message below `keepFrom` for ever. @returns how many there were */
  trim(stream: string, keepFrom: number): Promise<number>;
}
