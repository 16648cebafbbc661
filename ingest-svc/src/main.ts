import { runService } from '@vigie/mesh/lifecycle/run-service.ts';
import { startIngest } from './composition-root.ts';
import { readConfig } from './config.ts';

await runService({ name: 'ingest-svc', readConfig, start: startIngest });
