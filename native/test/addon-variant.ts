import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Builds of the addon for tests. */
export const ADDON_VARIANTS = {
  /** Dies on the video of `makeCrashingVideo`; consists of what the shipped one does, but for that. */
  crashing: { folder: 'build', target: 'vigie_native_crashing', options: [] },
  /** With AddressSanitizer and UBSan, in a folder of its own; see `sanitizedEnv`. */
  sanitized: { folder: 'build-sanitized', target: 'vigie_native', options: ['--CDVIGIE_SANITIZE=address,undefined'] },
} as const;

export type AddonVariant = keyof typeof ADDON_VARIANTS;

const nativeDir = fileURLToPath(new URL('../', import.meta.url));

/** Compiles what has changed; throws with the compiler's output. */
export function buildAddonVariant(variant: AddonVariant): void {
  const { folder, target, options } = ADDON_VARIANTS[variant];
  const args = ['cmake-js', 'build', '--log-level', 'warn', '--out', folder, '--target', target, ...options];
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', ...args], { cwd: nativeDir, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the ${variant} addon cannot be built in native/${folder}:\n${stdout}${stderr}`);
}

export function addonVariantPath(variant: AddonVariant): string {
  const { folder, target } = ADDON_VARIANTS[variant];
  return `${nativeDir}${folder}/Release/${target}.node`;
}

/** For `node --import` (or NODE_OPTIONS): the process and its children load that build instead of the shipped one. */
export function preloadOf(variant: AddonVariant): string {
  return new URL(`./load-${variant}-addon.ts`, import.meta.url).href;
}
