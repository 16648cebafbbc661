/** Writes bits, the highest first. */
class BitWriter {
  readonly #bits: number[] = [];

  bits(count: number, value: number): this {
    for (let i = count - 1; i >= 0; i--) this.#bits.push((value >> i) & 1);
    return this;
  }

  /** Exp-Golomb code; ITU-T H.264, 9.1. */
  ue(value: number): this {
    const length = 31 - Math.clz32(value + 1);
    return this.bits(length, 0).bits(length + 1, value + 1);
  }

  align(): this {
    while (this.#bits.length % 8 !== 0) this.#bits.push(0);
    return this;
  }

  /** With the stop bit that ends the payload of a NAL unit. */
  end(): Buffer {
    this.bits(1, 1).align();
    const bytes = Array.from({ length: this.#bits.length / 8 }, (_, i) =>
      this.#bits.slice(i * 8, i * 8 + 8).reduce((byte, bit) => byte * 2 + bit, 0),
    );
    return Buffer.from(bytes);
  }
}

const WIDTH_IN_MACROBLOCKS = 6;
const FIELD_HEIGHT_IN_MACROBLOCKS = 2;

/** The size of a frame, two fields. */
export const FIELD_CODED_SIZE = { width: 16 * WIDTH_IN_MACROBLOCKS, height: 32 * FIELD_HEIGHT_IN_MACROBLOCKS };

/**
 * H.264 of which each frame is coded as two fields (PAFF), as broadcast and AVCHD cameras do and no encoder of ffmpeg.
 * Nothing is compressed (I_PCM), so that the pictures need no encoder.
 */
export function fieldCodedH264(frames: number): Buffer {
  const units: Buffer[] = [];
  for (let i = 0; i < frames; i++) {
    units.push(nal(0x67, sequenceParameterSet()), nal(0x68, pictureParameterSet()));
    units.push(nal(0x65, fieldSlice({ isBottom: false, isIdr: true, brightness: 60 + i })));
    units.push(nal(0x61, fieldSlice({ isBottom: true, isIdr: false, brightness: 60 + i })));
  }
  return Buffer.concat(units);
}

function nal(header: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 1, header]), payload]);
}

/** 7.3.2.1.1; Main profile, fields of a frame in the order of decoding, 25 frames a second. */
function sequenceParameterSet(): Buffer {
  const writer = new BitWriter().bits(8, 77).bits(8, 0).bits(8, 30).ue(0).ue(0).ue(2).ue(1).bits(1, 0);
  writer.ue(WIDTH_IN_MACROBLOCKS - 1).ue(FIELD_HEIGHT_IN_MACROBLOCKS - 1);
  writer.bits(1, 0).bits(1, 0).bits(1, 1); // fields, no adaptive frames, direct_8x8_inference
  writer.bits(1, 0).bits(1, 1); // no cropping, but
  writer.bits(4, 0).bits(1, 1).bits(16, 0).bits(16, 1).bits(16, 0).bits(16, 50).bits(1, 1); // timing
  return writer.bits(4, 0).end();
}

/** 7.3.2.2. */
function pictureParameterSet(): Buffer {
  const writer = new BitWriter().ue(0).ue(0).bits(2, 0).ue(0).ue(0).ue(0).bits(3, 0);
  return writer.ue(0).ue(0).ue(0).bits(3, 0).end();
}

/** 7.3.3; `brightness` above zero, so that no byte of the picture looks like a start code. */
function fieldSlice(field: { isBottom: boolean; isIdr: boolean; brightness: number }): Buffer {
  const writer = new BitWriter().ue(0).ue(7).ue(0).bits(4, 0).bits(1, 1).bits(1, Number(field.isBottom));
  if (field.isIdr) writer.ue(0).bits(2, 0);
  else writer.bits(1, 0);
  writer.ue(0);
  for (let i = 0; i < WIDTH_IN_MACROBLOCKS * FIELD_HEIGHT_IN_MACROBLOCKS; i++) {
    writer.ue(25).align(); // I_PCM
    for (let sample = 0; sample < 256; sample++) writer.bits(8, field.brightness + i * 8);
    for (let sample = 0; sample < 128; sample++) writer.bits(8, 128);
  }
  return writer.end();
}
