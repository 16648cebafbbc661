/** As much of `pg` and `pg-copy-streams` as is used here; they bring no types. */
declare module 'pg' {
  export interface QueryResult {
    readonly rows: Record<string, unknown>[];
  }
  export class Client {
    constructor(config: object);
    connect(): Promise<void>;
    query(sql: string, values?: readonly unknown[]): Promise<QueryResult>;
    query<T extends import('pg-copy-streams').CopyStream>(copy: T): T;
    end(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): this;
  }
}

declare module 'pg-copy-streams' {
  export interface CopyStream {
    /** Once it has ended. */
    readonly rowCount: number;
  }
  export function to(sql: string): import('node:stream').Readable & CopyStream;
  export function from(sql: string): import('node:stream').Writable & CopyStream;
}
