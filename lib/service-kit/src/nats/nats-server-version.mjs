// Plain JavaScript: set-up reads it on the machine's own Node, before there is a node_modules.

/**
 * Older servers lose acknowledged messages (`discard: new` with `max_bytes`), have no `sync_interval`, and are open to
 * CVE-2025-30215.
 */
export const OLDEST_FIT_NATS_SERVER = '2.10.27';

/**
 * Reads `nats-server: v2.10.27`, `2.10.27`, `2.11.0-RC.1`.
 * @param {string} text
 * @returns {string | undefined}
 */
export function parseNatsServerVersion(text) {
  return /\bv?(\d+\.\d+\.\d+(?:-[\w.]+)?)/.exec(text)?.[1];
}

/**
 * @param {string} version as `parseNatsServerVersion` reads it
 * @returns {boolean}
 */
export function isFitNatsServer(version) {
  const found = numbers(version);
  const oldest = numbers(OLDEST_FIT_NATS_SERVER);
  const differs = oldest.findIndex((number, place) => found[place] !== number);
  // A pre-release comes before its release.
  if (differs === -1) return !version.includes('-');
  return (found[differs] ?? 0) > (oldest[differs] ?? 0);
}

/**
 * @param {string} version
 * @returns {number[]}
 */
function numbers(version) {
  return version.replace(/-.*/, '').split('.').map(Number);
}

/**
 * Why a server of this version must not be used, and what to do; undefined for a fit one.
 * @param {string} version
 * @returns {string | undefined}
 */
export function findNatsServerProblem(version) {
  if (isFitNatsServer(version)) return undefined;
  return (
    `nats-server ${version} is too old and can lose accepted alerts: a full stream drops acknowledged messages, and ` +
    `writes aren't synced before they are acknowledged. Use ${OLDEST_FIT_NATS_SERVER} or later`
  );
}
