import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ADDON_VARIANTS, buildAddonVariant, preloadOf } from './addon-variant.ts';

const stressScript = fileURLToPath(new URL('./stress-probes.ts', import.meta.url));
const suppressions = fileURLToPath(new URL(`../${ADDON_VARIANTS.sanitized.folder}/leaks-of-node.txt`, import.meta.url));

// Handles that V8 has not collected when the process ends, and what Node and its OpenSSL make once and keep. Only names
// that the node program carries itself: a bare machine knows no others. A name anywhere in the stack of an allocation
// counts, so none of these may appear in a stack of ours: not node:: itself.
const LEAKS_OF_NODE = ['napi_create_external', 'CRYPTO_malloc', 'node::contextify::ContextifyScript::New'];

export interface SanitizedRun {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What the sanitizers found, or nothing. */
  readonly report: string;
}

/** Builds the addon with AddressSanitizer and UBSan and stresses it in a process of its own, leaks included. */
export function stressSanitizedAddon(...args: readonly string[]): SanitizedRun {
  buildAddonVariant('sanitized');
  writeFileSync(suppressions, LEAKS_OF_NODE.map(name => `leak:${name}\n`).join(''));
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', '--import', preloadOf('sanitized'), stressScript, ...args],
    { encoding: 'utf8', env: { ...process.env, ...sanitizerEnv() } },
  );
  return { exitCode: status, signal, report: `${stdout}${stderr}` };
}

function sanitizerEnv(): NodeJS.ProcessEnv {
  // Node itself is not instrumented: the run time has to be there before it.
  const LD_PRELOAD = ['libasan.so', 'libubsan.so'].map(findRuntime).join(' ');
  return {
    LD_PRELOAD,
    ASAN_OPTIONS: 'detect_leaks=1:allocator_may_return_null=1',
    LSAN_OPTIONS: `suppressions=${suppressions}:print_suppressions=0`,
    UBSAN_OPTIONS: 'print_stacktrace=1',
  };
}

function findRuntime(library: string): string {
  const compiler = process.env.CXX ?? 'c++';
  const path = spawnSync(compiler, [`-print-file-name=${library}`], { encoding: 'utf8' }).stdout?.trim() ?? '';
  // The compiler answers with the bare name when it has no such file.
  if (!path.includes('/')) throw new Error(`${compiler} has no ${library}: install g++ and set CXX=g++`);
  return path;
}
