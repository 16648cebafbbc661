import { basename } from 'node:path';
import { type AddonVariant, addonVariantPath } from './addon-variant.ts';

const SHIPPED = 'vigie_native.node';

/** From now on this thread loads a test build where the shipped addon is asked for. The shipped code has no switch. */
export function redirectAddon(variant: AddonVariant): void {
  const loadShared = process.dlopen.bind(process);
  process.dlopen = (module, filename, ...flags) =>
    loadShared(module, basename(filename) === SHIPPED ? addonVariantPath(variant) : filename, ...flags);
}
