/** The durable consumers without which a stream isn't trimmed: while one is missing, nobody knows what it has not seen. */
export const REQUIRED_CONSUMERS: Readonly<Record<string, readonly string[]>> = {
  ALERTS: ['record', 'probe'],
  OUTCOMES: [],
  QUARANTINE: ['quarantine'],
};
