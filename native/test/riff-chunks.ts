import { bytesOf } from './mp4-boxes.ts';

/** A chunk of RIFF: type, size (little-endian), body, padded to an even length. */
export function riffChunk(type: string, ...body: readonly (string | Uint8Array)[]): Buffer {
  const bytes = bytesOf(...body);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  return bytesOf(type, size, bytes, Buffer.alloc(bytes.length % 2));
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => void bytes.writeUInt32LE(value, 4 * i));
  return bytes;
}

/**
 * An AVI whose subtitle stream holds a text in a GAB2 chunk: libav's AVI demuxer opens such a text with a demuxer of
 * its own, by which playlists once reached the network.
 */
export function aviWithEmbeddedText(text: string): Buffer {
  const streamHeader = (type: string, codec: string) =>
    riffChunk('strh', type, codec, words(0, 0, 0, 1, 10, 0, 100, 4096, 0, 0, 0, 0));
  const picture = words(40, 64, 48, 0x18_0001, 0x4745504a, 9216, 0, 0, 0, 0);
  const header = riffChunk(
    'LIST',
    'hdrl',
    riffChunk('avih', words(100_000, 0, 0, 0x10, 100, 0, 2, 4096, 64, 48, 0, 0, 0, 0)),
    riffChunk('LIST', 'strl', streamHeader('vids', 'MJPG'), riffChunk('strf', picture)),
    riffChunk('LIST', 'strl', streamHeader('txts', '\0\0\0\0'), riffChunk('strf', Buffer.alloc(0))),
  );
  const title = Buffer.from('t\0\0\0', 'latin1');
  const size = words(text.length);
  const gab2 = bytesOf('GAB2\0', Buffer.from([2, 0]), words(title.length), title, Buffer.from([4, 0]), size, text);
  const media = riffChunk('LIST', 'movi', riffChunk('01tx', gab2), riffChunk('00dc', Buffer.alloc(512)));
  return riffChunk('RIFF', 'AVI ', header, media);
}
