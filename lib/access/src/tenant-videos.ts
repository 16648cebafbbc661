import { AccessError } from './access-error.ts';
import type { Identity } from './identity.ts';
import { DEFAULT_TENANT } from './tenants.ts';

const TENANT = '{tenant}';

/**
 * Which videos are a tenant's: those below its folder of the video server. The default tenant has all of them, as it
 * has all that is there where nobody has made other tenants.
 */
export class TenantVideos {
  readonly #folder: string;

  /** @param folder of a tenant, with `{tenant}` in the place of its id: `/videos/{tenant}/`; `/` if they share all */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param video a path that keeps the rules of alerts, so without `..` */
  allows(tenant: string, video: string): boolean {
    return tenant === DEFAULT_TENANT || video.startsWith(this.#folderOf(tenant));
  }

  /** @throws AccessError VIDEO_NOT_ALLOWED */
  require({ tenant }: Pick<Identity, 'tenant'>, video: string): void {
    if (this.allows(tenant, video)) return;
    throw new AccessError('VIDEO_NOT_ALLOWED', `These credentials are for videos in ${this.#folderOf(tenant)} alone.`);
  }

  #folderOf(tenant: string): string {
    return this.#folder.replaceAll(TENANT, tenant);
  }
}

/** @throws Error naming the rule that the folder breaks */
export function requireTenantFolder(folder: string): void {
  if (!folder.startsWith('/') || !folder.endsWith('/')) throw new Error('must begin and end with /');
  if (folder !== '/' && !folder.split('/').includes(TENANT)) {
    throw new Error(`must have ${TENANT} as one of its folders, or be / for videos that all tenants share`);
  }
}
