import { fileURLToPath } from 'node:url';

/** Intentional bugs, to see that the check finds what it should. */
export const SABOTAGES = ['ack-first'] as const;
export type Sabotage = (typeof SABOTAGES)[number];

/** Environment that makes a service start with the bug: the shipped code has no switch for it. */
export function sabotageEnvironment(sabotage: Sabotage | undefined): NodeJS.ProcessEnv {
  if (sabotage === undefined) return {};
  const file = fileURLToPath(new URL(`./${sabotage}.ts`, import.meta.url));
  return { NODE_OPTIONS: `--import ${JSON.stringify(file)}` };
}
