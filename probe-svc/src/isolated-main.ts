// The child process of IsolatedHeaderProbe.

import { serveProbes } from './adapters/child-process/serve-probes.ts';
import { LibavHeaderProbe } from './adapters/libav/libav-header-probe.ts';

serveProbes(new LibavHeaderProbe());
