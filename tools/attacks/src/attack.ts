import type { Mesh } from '@vigie/dev-env';
import type { Answer } from './clients/answer.ts';

/** The ports that a stranger reaches: the gateway's, and the gRPC port of each service. */
export const PORTS = ['gateway', 'ingest-svc', 'probe-svc', 'store-svc'] as const;
export type Port = (typeof PORTS)[number];

export interface Target {
  readonly mesh: Mesh;
  readonly port: Port;
  /** `host:port`. */
  readonly address: string;
}

export interface Attack {
  readonly name: string;
  /** What the stranger does. */
  readonly what: string;
  readonly ports: readonly Port[];
  /** How far the resident memory of any service may grow meanwhile, in MiB; 96 by default. */
  readonly memoryMiB?: number;
  run(target: Target): Promise<AttackResult>;
}

export interface AttackResult {
  readonly answers: readonly Answer[];
  /** How calls must end; anything else is a breach. */
  readonly allowed: readonly string[];
  /** Endings of which at least one must be there: that the attack was seen as one. */
  readonly required?: readonly string[];
  /** What else was found wrong, a line each. */
  readonly breaches?: readonly string[];
}

/** Refusals that tell the caller what to change. */
export const REFUSED = ['RESOURCE_EXHAUSTED', 'INVALID_ARGUMENT', 'HTTP 400', 'HTTP 413', 'HTTP 429'];
