/**
 * The durable consumers of each stream that must exist before it is trimmed: while one is missing, its progress is
 * unknown.
 */
export const REQUIRED_CONSUMERS: Readonly<Record<string, readonly string[]>> = {
  ALERTS: ['record', 'probe'],
  OUTCOMES: [],
  QUARANTINE: ['quarantine'],
};
