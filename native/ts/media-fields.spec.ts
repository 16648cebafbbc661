import type { Media } from '@vigie/alert';
import { expect } from 'chai';
import { mp4File, mp4Track } from '../test/mp4-boxes.ts';
import { probeFile } from '../test/probe-file.ts';
import { samplePath, samples } from '../test/samples.ts';
import { probe } from './probe.ts';

/** A field's type, `?` if a file may leave it unsaid; the fields of a field that is an object. */
type FieldsOf<T> = { readonly [Name in keyof T]: FieldOf<T[Name]> };
type FieldOf<T> = [T] extends [boolean]
  ? 'boolean'
  : [T] extends [number]
    ? 'number'
    : [T] extends [string]
      ? 'string'
      : [T] extends [number | null]
        ? 'number?'
        : [T] extends [string | null]
          ? 'string?'
          : FieldsOf<NonNullable<T>>;

/** What C++ makes (`binding/answer-to-js.cc`). A difference to the fields of the alert's `Media` is a type error. */
const FIELDS: FieldsOf<Media> = {
  container: 'string',
  sizeBytes: 'number?',
  video: {
    codec: 'string',
    profile: 'string?',
    width: 'number',
    height: 'number',
    displayWidth: 'number',
    displayHeight: 'number',
    rotation: 'number',
    sampleAspectRatio: 'string?',
    frameRate: 'number?',
    pixelFormat: 'string?',
    colorPrimaries: 'string?',
    colorTransfer: 'string?',
    colorSpace: 'string?',
    colorRange: 'string?',
    hdr: 'boolean',
    bitRate: 'number?',
  },
  audio: { codec: 'string', sampleRate: 'number?', channels: 'number?' },
  durationSeconds: 'number?',
  durationSource: 'string?',
  bitRate: 'number?',
  videoStreams: 'number',
  coverArtStreams: 'number',
  audioStreams: 'number',
  truncated: 'boolean',
  moovAtEnd: 'boolean',
  fragmented: 'boolean',
};

function expectFields(value: object, fields: object): void {
  expect(value).to.have.all.keys(fields);
  for (const [name, field] of Object.entries(fields)) {
    const found = (value as Record<string, unknown>)[name];
    if (typeof field === 'object') {
      if (found !== null) expectFields(found as object, field);
    } else if (!(field.endsWith('?') && found === null)) {
      expect(found, name).to.be.a(field.replace('?', ''));
    }
  }
}

describe('the media that the addon answers', () => {
  for (const { file, expected } of samples) {
    if (expected.status !== 'PROCESSED') continue;
    it(`has exactly the fields of the alert's Media for ${file}`, async () => {
      const { answer } = await probeFile(samplePath(file));
      if (answer.kind !== 'media') return expect.fail(answer.code);
      expectFields(answer.media, FIELDS);
      expect(answer.media.audio === null).to.equal(expected.audioCodec === null);
    });
  }

  it('says no width that a sample aspect ratio makes of a picture if none can have it', async () => {
    const videoOf = async (...pixelAspect: [number, number]) => {
      const bytes = mp4File(mp4Track({ samples: 5, pixelAspect }));
      const answer = await probe({ ranges: [{ offset: 0, bytes }], sizeBytes: bytes.length });
      return answer.kind === 'media' ? answer.media.video : expect.fail(answer.kind);
    };
    expect(await videoOf(4, 3)).to.include({ sampleAspectRatio: '4:3', displayWidth: 853 });
    expect(await videoOf(1, 0x7fffffff)).to.include({ sampleAspectRatio: null, displayWidth: 640 });
    // Some libavs reduce it to 32767:1, others leave it as it is.
    expect((await videoOf(0x7fffffff, 1)).displayWidth).to.be.oneOf([640, 640 * 0x7fff]);
  });
});
