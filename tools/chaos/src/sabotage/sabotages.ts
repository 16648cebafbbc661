import { fileURLToPath } from 'node:url';

/** Intentional bugs, to see that the check finds what it should. */
export const SABOTAGES = ['ack-first'] as const;
export type Sabotage = (typeof SABOTAGES)[number];

/** For the `--import` of a service that is to have the bug: the shipped code has no switch for it. */
export function sabotageModule(sabotage: Sabotage): string {
  return fileURLToPath(new URL(`./${sabotage}.ts`, import.meta.url));
}
