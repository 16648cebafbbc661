export { checkIdentityOf } from './check-identity-of.ts';
export { KeyPairFiles, type KeyPairPaths } from './key-pair-files.ts';
export { registerKeyPairMetrics } from './key-pair-metrics.ts';
export { readKeyPairPaths } from './read-key-pair-paths.ts';
