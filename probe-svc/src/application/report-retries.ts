import type { RetryReports } from '../ports/retry-reports.ts';
import type { ProcessAlert } from './process-alert.ts';

/** Reports each attempt that failed of an alert that is tried again. */
export function reportRetries(processAlert: ProcessAlert, reports: RetryReports): ProcessAlert {
  return async (delivery, signal, onOutage) => {
    const result = await processAlert(delivery, signal, onOutage);
    if (result.kind === 'retry') {
      const { attempts, failure, delayMs } = result;
      const nextAttemptAt = new Date(Date.now() + delayMs);
      reports.report({ alert: delivery.alert, retry: { attempts, lastFailure: failure, nextAttemptAt } });
    }
    return result;
  };
}
