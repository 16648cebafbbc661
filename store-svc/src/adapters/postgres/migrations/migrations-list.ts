import { M0001Alerts } from './m0001-alerts.ts';

/** In the order in which they run; what has run once anywhere never changes again. */
export const MIGRATIONS = [{ name: '0001-alerts', class: M0001Alerts }];
