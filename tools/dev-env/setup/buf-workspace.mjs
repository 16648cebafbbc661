import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR, PROJECT_NODE, SETUP_SOURCE_DIR } from './project.mjs';

/** Where our own scripts run buf. At the root, `buf.yaml` and its lock would have it ask the Buf Schema Registry. */
export const BUF_WORKSPACE = path.join(PROJECT_DIR, '.vigie', 'buf');

/** The protos of a folder beside those from npm that they import. buf follows links. */
export function assembleBufWorkspace(workspace = BUF_WORKSPACE, protoDir = path.join(PROJECT_DIR, 'proto')) {
  rmSync(workspace, { recursive: true, force: true });
  mkdirSync(workspace, { recursive: true });
  // Relative, so that a project that is moved keeps its workspace.
  symlinkSync(path.relative(workspace, protoDir), path.join(workspace, 'proto'));
  symlinkSync(path.relative(workspace, path.join(PROJECT_DIR, 'node_modules')), path.join(workspace, 'node_modules'));
  for (const file of ['buf.yaml', 'buf.gen.yaml']) {
    copyFileSync(path.join(SETUP_SOURCE_DIR, 'buf', file), path.join(workspace, file));
  }
  // In a process of its own: set-up is loaded before it has installed the packages that this imports.
  execFileSync(PROJECT_NODE, [path.join(SETUP_SOURCE_DIR, 'buf/write-validate-proto.mjs')], { cwd: workspace });
}
