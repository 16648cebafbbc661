// Changes to finished transport streams of 188 byte packets (ISO/IEC 13818-1) that no muxer makes by itself.

const PACKET_BYTES = 188;
const NULL_PID = 0x1fff;
const START_OF_UNIT = 0x40;

/** The PIDs that ffmpeg's muxer gives to the elementary streams, in order. */
export const FIRST_STREAM_PID = 0x100;

export function withoutPid(stream: Buffer, pid: number): Buffer {
  return Buffer.concat(packetsOf(stream).filter(packet => pidOf(packet) !== pid));
}

export function nullPackets(count: number): Buffer {
  const packet = Buffer.alloc(PACKET_BYTES, 0xff);
  packet.set([0x47, NULL_PID >> 8, NULL_PID & 0xff, 0x10]);
  return Buffer.concat(Array.from({ length: count }, () => packet));
}

/** Shifts the time stamps of one elementary stream by so many units of 1/90,000 s. */
export function shiftTimes(stream: Buffer, pid: number, ticks: number): Buffer {
  const shifted = Buffer.from(stream);
  for (const packet of packetsOf(shifted)) {
    if (pidOf(packet) !== pid || (packet.readUInt8(1) & START_OF_UNIT) === 0) continue;
    const hasAdaptation = (packet.readUInt8(3) & 0x20) !== 0;
    const header = packet.subarray(hasAdaptation ? 5 + packet.readUInt8(4) : 4);
    const times = header.readUInt8(7) >> 6;
    if (times & 2) shiftTime(header.subarray(9), ticks);
    if (times === 3) shiftTime(header.subarray(14), ticks);
  }
  return shifted;
}

function packetsOf(stream: Buffer): Buffer[] {
  const count = stream.length / PACKET_BYTES;
  return Array.from({ length: count }, (_, i) => stream.subarray(i * PACKET_BYTES, (i + 1) * PACKET_BYTES));
}

function pidOf(packet: Buffer): number {
  return packet.readUInt16BE(1) & NULL_PID;
}

/** 33 bits in three parts, each with a marker bit behind it. */
function shiftTime(field: Buffer, ticks: number): void {
  const parts = [field.readUInt8(0) >> 1, field.readUInt16BE(1) >> 1, field.readUInt16BE(3) >> 1].map(BigInt);
  const [high = 0n, middle = 0n, low = 0n] = parts;
  const time = (((high & 7n) << 30n) | (middle << 15n) | low) + BigInt(ticks);
  const part = (shift: bigint, mask: bigint) => Number((((time >> shift) & mask) << 1n) | 1n);
  field.writeUInt8((field.readUInt8(0) & 0xf0) | part(30n, 7n), 0);
  field.writeUInt16BE(part(15n, 0x7fffn), 1);
  field.writeUInt16BE(part(0n, 0x7fffn), 3);
}
