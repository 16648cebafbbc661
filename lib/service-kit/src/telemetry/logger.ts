import { type Logger, pino } from 'pino';
import { currentTrace } from './trace-context.ts';

export type { Logger } from 'pino';

/** One JSON object a line on stdout; each line carries the service and, inside a trace, its id. */
export function createLogger(service: string, level: string): Logger {
  return pino({
    level,
    base: { service },
    mixin: () => {
      const trace = currentTrace();
      return trace === undefined ? {} : { traceId: trace.traceId };
    },
    // A line's own `traceId`, such as that of the alert it is about, wins over the trace it is written in.
    mixinMergeStrategy: (line, mixin) => ({ ...mixin, ...line }),
  });
}
