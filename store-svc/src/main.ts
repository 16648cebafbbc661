import { runService } from '@vigie/service-kit/lifecycle';
import { startStore } from './composition-root.ts';
import { readConfig } from './config.ts';
import { service } from './service.ts';

await runService({ name: service.name, readConfig, start: startStore });
