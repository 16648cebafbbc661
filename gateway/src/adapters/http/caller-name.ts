import type { Identity } from '@vigie/access';
import { DEFAULT_TENANT } from '@vigie/access/tenants';

/**
 * Who calls, among the callers of all tenants: those whom an outside issuer calls alike may be several. For limits,
 * keys and the log; where there is one tenant, it is the subject.
 */
export function callerName({ subject, tenant }: Identity): string {
  return tenant === DEFAULT_TENANT ? subject : `${tenant}/${subject}`;
}
