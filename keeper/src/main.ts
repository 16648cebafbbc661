import { runService } from '@vigie/mesh/lifecycle/run-service.ts';
import { startKeeper } from './composition-root.ts';
import { readConfig } from './config.ts';

await runService({ name: 'keeper', readConfig, start: startKeeper });
