const FRAME_HEADER_BYTES = 9;
const SETTING_BYTES = 6;
const SETTINGS = 4;
const MAX_CONCURRENT_STREAMS = 3;

/**
 * Tells a client that it may have fewer streams than Node's server of HTTP/2 lets it have. That server still counts
 * streams that are over on both sides until its event loop has come round. A client that keeps to the limit and is
 * quick would be refused new ones, and lose the connection over the hundred-and-first.
 *
 * @param firstBytes of the server, changed in place: its SETTINGS come first (RFC 9113, section 3.4)
 * @throws Error if they don't name SETTINGS_MAX_CONCURRENT_STREAMS
 */
export function announceStreams(firstBytes: Buffer, maxStreams: number): void {
  const end = FRAME_HEADER_BYTES + firstBytes.readUIntBE(0, 3);
  for (let at = FRAME_HEADER_BYTES; firstBytes[3] === SETTINGS && at < end; at += SETTING_BYTES) {
    if (firstBytes.readUInt16BE(at) !== MAX_CONCURRENT_STREAMS) continue;
    firstBytes.writeUInt32BE(maxStreams, at + 2);
    return;
  }
  throw new Error('The server of HTTP/2 has not begun with how many streams it takes.');
}
