import { runService } from '@vigie/service-kit/lifecycle';
import { startIngest } from './composition-root.ts';
import { readConfig } from './config.ts';

await runService({ name: 'ingest-svc', readConfig, start: startIngest });
