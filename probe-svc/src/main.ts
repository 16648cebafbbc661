import { runService } from '@vigie/service-kit/lifecycle';
import { startProbe } from './composition-root.ts';
import { readConfig } from './config.ts';
import { service } from './service.ts';

await runService({ name: service.name, readConfig, start: startProbe });
