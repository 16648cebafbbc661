import { runService } from '@vigie/service-kit/lifecycle';
import { startStore } from './composition-root.ts';
import { readConfig } from './config.ts';

await runService({ name: 'store-svc', readConfig, start: startStore });
