// For `node --import`.

import { redirectAddon } from './redirect-addon.ts';

redirectAddon('sanitized');
