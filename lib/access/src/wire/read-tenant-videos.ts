import type { EnvReader } from '@vigie/service-kit/env';
import { requireTenantFolder, TenantVideos } from '../tenant-videos.ts';

/** `TENANT_VIDEO_PATH`. */
export function readTenantVideos(reader: EnvReader): TenantVideos {
  return new TenantVideos(reader.checked('TENANT_VIDEO_PATH', requireTenantFolder, '/videos/{tenant}/'));
}
