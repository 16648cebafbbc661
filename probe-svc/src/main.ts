import { runService } from '@vigie/mesh/lifecycle/run-service.ts';
import { startProbe } from './composition-root.ts';
import { readConfig } from './config.ts';

await runService({ name: 'probe-svc', readConfig, start: startProbe });
