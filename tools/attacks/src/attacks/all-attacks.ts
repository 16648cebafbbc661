import type { Attack } from '../attack.ts';
import { CONNECTION_ATTACKS } from './connections.ts';
import { CREDENTIAL_ATTACKS } from './credentials.ts';
import { DECODING_ATTACKS } from './decoding.ts';
import { FLOODS } from './floods.ts';
import { HELD_CALLS } from './held-calls.ts';
import { LABEL_ATTACKS } from './labels.ts';
import { WATCH_ATTACKS } from './watches.ts';
import { WEB_PAGE_ATTACKS } from './web-pages.ts';

export const ATTACKS: readonly Attack[] = [
  ...DECODING_ATTACKS,
  ...FLOODS,
  ...HELD_CALLS,
  ...CONNECTION_ATTACKS,
  ...WATCH_ATTACKS,
  ...WEB_PAGE_ATTACKS,
  ...LABEL_ATTACKS,
  ...CREDENTIAL_ATTACKS,
];
