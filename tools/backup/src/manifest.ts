import type { ConsumerConfig, StreamConfig, StreamState } from '@nats-io/jetstream';

/** Grows when what this version writes can't be read by earlier ones. */
export const FORMAT = 2;

export const MANIFEST_FILE = 'manifest.json';

export interface TableCopy {
  /** As statements name it: with its schema, unless that is `public`. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: number;
}

/** Names of the migrations that have run, in their order, by the name of their schema. */
export type RunMigrations = Readonly<Record<string, readonly string[]>>;

/** A durable consumer, of which only where it has to begin again is kept. */
export interface ConsumerCopy {
  readonly config: ConsumerConfig;
  /** Everything through this position was finished before Postgres was read. */
  readonly finishedThrough: number;
}

export interface StreamCopy {
  readonly name: string;
  readonly config: StreamConfig;
  /** When the copy began; it has these messages at least. */
  readonly state: Pick<StreamState, 'messages' | 'bytes' | 'first_seq' | 'last_seq'>;
  readonly consumers: readonly ConsumerCopy[];
}

/** What a backup holds. */
export interface Manifest {
  readonly format: number;
  /** Of Vigie. */
  readonly version: string;
  /** Whatever was accepted before this moment is in the backup. ISO 8601. */
  readonly begunAt: string;
  readonly finishedAt: string;
  readonly postgres: {
    readonly version: string;
    readonly migrations: RunMigrations;
    readonly tables: readonly TableCopy[];
  };
  readonly jetStream: { readonly version: string; readonly streams: readonly StreamCopy[] };
}

/** @param written what JSON has, of this format or an earlier one: format 1 had the schema `public` alone */
export function readManifest(written: Manifest): Manifest {
  if (written.format > 1) return written;
  const { migrations, ...rest } = written.postgres;
  return { ...written, postgres: { ...rest, migrations: { public: migrations as unknown as readonly string[] } } };
}

export function tableFile({ name }: Pick<TableCopy, 'name'>): string {
  return `tables/${name}.copy.zst`;
}

/** In the layout of `nats backup stream`, so that `nats` and `npm run replay` read it too. */
export function streamFiles({ name }: Pick<StreamCopy, 'name'>): { readonly facts: string; readonly messages: string } {
  return { facts: `streams/${name}/backup.json`, messages: `streams/${name}/stream.tar.s2` };
}
