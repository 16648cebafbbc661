import { M0001Alerts } from './m0001-alerts.ts';
import { M0002StreamSequences } from './m0002-stream-sequences.ts';
import { M0003QuarantinedAlerts } from './m0003-quarantined-alerts.ts';
import { M0004ResolvedAt } from './m0004-resolved-at.ts';
import { M0005Sweep } from './m0005-sweep.ts';
import { M0006Positions } from './m0006-positions.ts';
import { M0007Lookups } from './m0007-lookups.ts';
import { M0008ApiNames } from './m0008-api-names.ts';
import { M0009Retries } from './m0009-retries.ts';
import { M0010ReadingAtSize } from './m0010-reading-at-size.ts';
import { M0011IdempotencyKeys } from './m0011-idempotency-keys.ts';
import { M0012RetiredAlerts } from './m0012-retired-alerts.ts';
import { M0013Tenants } from './m0013-tenants.ts';
import { M0014AlertTotals } from './m0014-alert-totals.ts';

/** In the order in which they run; what has run once anywhere never changes again. */
export const MIGRATIONS = [
  { name: '0001-alerts', class: M0001Alerts },
  { name: '0002-stream-sequences', class: M0002StreamSequences },
  { name: '0003-quarantined-alerts', class: M0003QuarantinedAlerts },
  { name: '0004-resolved-at', class: M0004ResolvedAt },
  { name: '0005-sweep', class: M0005Sweep },
  { name: '0006-positions', class: M0006Positions },
  { name: '0007-lookups', class: M0007Lookups },
  { name: '0008-api-names', class: M0008ApiNames },
  { name: '0009-retries', class: M0009Retries },
  { name: '0010-reading-at-size', class: M0010ReadingAtSize },
  { name: '0011-idempotency-keys', class: M0011IdempotencyKeys },
  { name: '0012-retired-alerts', class: M0012RetiredAlerts },
  { name: '0013-tenants', class: M0013Tenants },
  { name: '0014-alert-totals', class: M0014AlertTotals },
];
