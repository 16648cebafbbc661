import type { TokenSource, VigieClient } from '@vigie/client';
import type { Output } from './output.ts';
import type { Session } from './session/session.ts';
import type { Values } from './values.ts';

/** An option, as help, completion and the parser read it. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What its value is: `NAME`. A flag if absent. */
  readonly value?: string;
  /** It may be given several times. */
  readonly isRepeated?: boolean;
  /** The only values there are. */
  readonly choices?: readonly string[];
  /** Its value is a file. */
  readonly isFile?: boolean;
  readonly help: string;
}

export interface CommandContext {
  readonly client: VigieClient;
  /** Of the gateway. */
  readonly url: string;
  /** What the client shows. */
  readonly token: TokenSource;
  /** With this gateway, whether or not it is what the client shows. */
  readonly session: Session;
  readonly values: Values;
  /** What stands on the command line besides options. */
  readonly args: readonly string[];
  readonly output: Output;
}

export interface Command {
  readonly name: string;
  /** What it takes besides options: `UID...`. */
  readonly args?: string;
  /** Its arguments are files. */
  readonly takesFiles?: boolean;
  readonly argChoices?: readonly string[];
  /** In a line. */
  readonly summary: string;
  /** More of it, for its own help. */
  readonly details?: string;
  readonly options: readonly Option[];
  /** What it prints is all it does: it ends when nobody reads on. */
  readonly onlyReads: boolean;
  /** @returns the exit code. @throws WrongUsageError, VigieError */
  readonly run: (context: CommandContext) => Promise<number>;
}
