import { setPriority } from 'node:os';
import { runService } from '@vigie/service-kit/lifecycle';
import { startProbe } from './composition-root.ts';
import { readConfig } from './config.ts';
import { service } from './service.ts';

// Accepting alerts comes first: if the services share cores, probing gets the lower priority. Set before there are
// threads, which inherit it.
setPriority(10);

await runService({ name: service.name, readConfig, start: startProbe });
