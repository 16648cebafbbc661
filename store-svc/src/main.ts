import { runService } from '@vigie/mesh/lifecycle/run-service.ts';
import { startStore } from './composition-root.ts';
import { readConfig } from './config.ts';

await runService({ name: 'store-svc', readConfig, start: startStore });
