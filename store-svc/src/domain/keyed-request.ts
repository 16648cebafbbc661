/** Names a request: a key is unique by caller. */
export interface RequestKey {
  /** Empty for all who don't say who they are. */
  readonly caller: string;
  readonly key: string;
}

/** An attempt to carry a request out. */
export interface Attempt extends RequestKey {
  readonly leaseId: string;
}

export interface KeptAnswer {
  /** Of HTTP. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined if it was too large to be kept. */
  readonly body: Uint8Array | undefined;
}

/** What a request that comes with a key finds. */
export type KeyState =
  /** The key is its own now: it is to be carried out. */
  | { readonly kind: 'BEGUN' }
  /** The same request is under way. */
  | { readonly kind: 'IN_PROGRESS' }
  /** The same request was carried out. */
  | { readonly kind: 'ANSWERED'; readonly answer: KeptAnswer }
  /** The key is that of another request. */
  | { readonly kind: 'OTHER_REQUEST' };
