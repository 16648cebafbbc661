// The child process of ChildProcessIsolation.

import { serveProbes } from './adapters/child-process/serve-probes.ts';
import { readBackendConfig } from './backend-config.ts';
import { createHeaderProbe } from './header-probe-backend.ts';

serveProbes(createHeaderProbe(readBackendConfig(process.env)));
