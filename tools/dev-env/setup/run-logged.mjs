import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR, SETUP_DIR } from './project.mjs';
import { SetupError } from './setup-error.mjs';

const SHOWN_LINES = 40;

/**
 * Runs a command with its output in `.vigie/setup/<log>.log`.
 * @param {string} log
 * @param {string} command
 * @param {string[]} args
 * @param {{ wayOut?: string, cwd?: string, env?: NodeJS.ProcessEnv }} options `wayOut`: what a person can do about a
 * failure
 * @throws SetupError with the end of that log and the way out, if the command fails
 */
export async function runLogged(log, command, args, { wayOut, cwd = PROJECT_DIR, env = process.env } = {}) {
  const logFile = path.join(SETUP_DIR, `${log}.log`);
  const output = openSync(logFile, 'w');
  try {
    const failure = await findFailure(spawn(command, args, { cwd, env, stdio: ['inherit', output, output] }));
    if (failure === undefined) return;
    const shown = [`\`${[command, ...args].join(' ')}\` ${failure}:`, '', lastLines(logFile), ''];
    throw new SetupError(
      [...shown, `The whole output: ${path.relative(PROJECT_DIR, logFile)}`, wayOut ?? ''].join('\n').trimEnd(),
    );
  } finally {
    closeSync(output);
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<string | undefined>}
 */
function findFailure(child) {
  return new Promise(resolve => {
    child.on('error', error => resolve(`could not start (${error.message})`));
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`);
    });
  });
}

/** @param {string} file */
function lastLines(file) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
}
