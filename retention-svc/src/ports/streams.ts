import type { MessageTime } from '../domain/replay-window.ts';
import type { StreamState } from '../domain/stream-state.ts';

/** The streams under retention. Every method rejects while they can't be reached. */
export interface Streams {
  /** Creates those that are missing, and brings the settings of the others up to date. */
  bringUpToDate(): Promise<void>;

  /** Consumers whose progress can't be read are left out. */
  readState(stream: string): Promise<StreamState>;

  /** The first message at or after a sequence whose time can be read, or undefined if there is none. */
  readMessageTime(stream: string, sequence: number): Promise<MessageTime | undefined>;

  /** Removes every message below `keepFrom` for ever. @returns how many there were */
  trim(stream: string, keepFrom: number): Promise<number>;
}
