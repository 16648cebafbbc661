/**
 * Fails if the protos break clients of those on the branch main, by `buf breaking`. Where there is no such branch, as
 * in a CI's shallow clone of one commit, it compares with the last commit.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { assembleBufWorkspace, BUF_WORKSPACE } from './buf-workspace.mjs';
import { PROJECT_DIR } from './project.mjs';

const CANDIDATES = ['main', 'origin/main', 'HEAD'];

mkdirSync(path.join(PROJECT_DIR, '.vigie'), { recursive: true });
const earlier = mkdtempSync(path.join(PROJECT_DIR, '.vigie', 'earlier-protos-'));
try {
  // Not `.git` as an input of buf's: in a git worktree that is a file.
  const archive = execFileSync('git', ['archive', findBase(), 'proto'], { cwd: PROJECT_DIR });
  execFileSync('tar', ['-x', '-C', earlier], { input: archive });
  const workspace = path.join(earlier, 'workspace');
  assembleBufWorkspace(workspace, path.join(earlier, 'proto'));
  const args = ['breaking', path.join(BUF_WORKSPACE, 'proto'), '--against', path.join(workspace, 'proto')];
  process.exitCode = spawnSync('buf', args, { cwd: PROJECT_DIR, stdio: 'inherit' }).status ?? 1;
} finally {
  rmSync(earlier, { recursive: true, force: true });
}

function findBase() {
  /** @param {string} ref */
  const exists = ref =>
    spawnSync('git', ['rev-parse', '-q', '--verify', `${ref}^{commit}`], { cwd: PROJECT_DIR }).status === 0;
  const base = CANDIDATES.find(exists);
  if (base === undefined) throw new Error('There is no commit to compare the protos with.');
  return base;
}
