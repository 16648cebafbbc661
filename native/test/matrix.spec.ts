import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { differenceFor, differences } from './matrix/differences.ts';
import { type Facts, factsOfMedia, factsOfTruth, isSame, isWithin } from './matrix/facts.ts';
import { makeMatrix } from './matrix/make-matrix.ts';
import { type Recipe, recipes } from './matrix/recipes.ts';
import { type FileProbe, probeFile } from './probe-file.ts';

const MAKING_TIMEOUT_MS = 900_000;
const KIB = 1024;

describe('probe over a matrix of containers, codecs, layouts and sizes', () => {
  let folder: string;
  const probes = new Map<string, FileProbe>();

  before(async function () {
    this.timeout(MAKING_TIMEOUT_MS);
    folder = await makeMatrix();
    for (const { file } of recipes) probes.set(file, await probeFile(path.join(folder, file)));
  });

  function probeOf(file: string): FileProbe {
    return probes.get(file) ?? expect.fail(`${file} is not in the matrix`);
  }

  function truthOf(recipe: Recipe): Facts {
    return factsOfTruth(JSON.parse(readFileSync(path.join(folder, `${recipe.file}.json`), 'utf8')), recipe);
  }

  function foundIn(file: string): Facts {
    const { answer } = probeOf(file);
    return answer.kind === 'media' ? factsOfMedia(answer.media) : expect.fail(`${file}: ${answer.code}`);
  }

  for (const recipe of recipes) {
    if (recipe.failure !== undefined) {
      it(`answers ${recipe.failure} to ${recipe.file}`, () => {
        expect(probeOf(recipe.file).answer).to.include({ kind: 'failure', code: recipe.failure });
      });
      continue;
    }

    it(`says of ${recipe.file} what ffprobe says of the whole file`, () => {
      const truth = truthOf(recipe);
      const found = foundIn(recipe.file);
      const wrong = fieldsOf(truth).filter(
        field => !isSame(field, found[field], truth[field]) && differenceFor(recipe, field) === undefined,
      );
      expect(pick(found, wrong)).to.deep.equal(pick(truth, wrong));
    });
  }

  for (const { files, fields, says, why } of differences) {
    const concerned = recipes.filter(recipe =>
      typeof files === 'function' ? files(recipe) && recipe.failure === undefined : files.includes(recipe.file),
    );
    it(`differs from ffprobe in ${fields.join(', ')} of ${concerned.map(({ file }) => file).join(', ')}: ${why}`, () => {
      for (const recipe of concerned) {
        for (const field of fields) {
          const found = foundIn(recipe.file)[field];
          if (typeof says !== 'object' || says === null) expect(found, `${recipe.file} ${field}`).to.equal(says);
          else expect(isWithin(found, truthOf(recipe)[field], says.within), `${recipe.file} ${field}`).to.equal(true);
        }
      }
    });
  }

  it('says where each duration comes from', () => {
    const sourceOf = (file: string) => {
      const { answer } = probeOf(file);
      return answer.kind === 'media' ? answer.media.durationSource : answer.code;
    };
    const expected = {
      'mpeg4.avi': 'header',
      'h264.mp4': 'header',
      'faststart.mp4': 'header',
      'h264.mkv': 'header',
      'piped.mkv': 'estimate',
      'piped.avi': null,
      'h264.flv': 'header',
      'without-metadata.flv': 'estimate',
      'wmv2.wmv': 'header',
      'fragmented-sidx.mp4': 'index',
      'fragmented.mp4': 'index',
      'fragmented-cut.mp4': 'index',
      'h264.ts': 'estimate',
      'mpeg2.mpg': 'estimate',
      'theora.ogv': 'estimate',
      'raw.h264': null,
    };
    expect(Object.fromEntries(Object.keys(expected).map(file => [file, sourceOf(file)]))).to.deep.equal(expected);
  });

  describe('from a few ranges', () => {
    const processed = () => recipes.filter(({ failure }) => failure === undefined).map(({ file }) => probeOf(file));

    it('takes 1 request and 32 KiB in the median, 2 requests in the 90th percentile, 3 and 160 KiB in the 95th', () => {
      const requests = processed().map(probe => probe.requests);
      const bytesRead = processed().map(probe => probe.bytesRead);
      expect(quantile(requests, 0.5)).to.equal(1);
      expect(quantile(bytesRead, 0.5)).to.be.at.most(32 * KIB);
      expect(quantile(requests, 0.9)).to.be.at.most(2);
      // Those whose last 32 KiB hold no time stamp of one of their streams.
      expect(quantile(requests, 0.95)).to.be.at.most(3);
      expect(quantile(bytesRead, 0.95)).to.be.at.most(160 * KIB);
    });

    for (const file of ['huge-moov-at-end.mp4', 'huge-moov-first.mp4', 'h264-long.mp4', 'phone.mov']) {
      it(`reads of ${file} the head and the moov, in growing ranges, and none of the media`, () => {
        const { ranges, bytesRead } = probeOf(file);
        const moov = findMoov(readFileSync(path.join(folder, file)));
        expect(bytesRead).to.be.at.most(32 * KIB + (moov.end - moov.begin) + 32 * KIB);
        for (const { offset, lengthBytes } of ranges.slice(1)) {
          expect(offset).to.be.at.least(moov.begin);
          expect(offset + lengthBytes).to.be.at.most(moov.end + 64);
        }
        const lengths = ranges.slice(1, -1).map(range => range.lengthBytes);
        expect(lengths).to.deep.equal(lengths.toSorted((a, b) => a - b));
      });
    }

    it('asks for a large moov in few ranges', () => {
      expect(probeOf('huge-moov-at-end.mp4').requests).to.be.at.most(6);
    });

    it('reads around large attachments and finds Tracks after the clusters of a Matroska file', () => {
      expect(probeOf('large-attachment.mkv')).to.include({ requests: 1, bytesRead: 32 * KIB });
      expect(probeOf('tracks-after.mkv').requests).to.equal(2);
    });
  });
});

function fieldsOf(facts: Facts): (keyof Facts)[] {
  return Object.keys(facts) as (keyof Facts)[];
}

function pick(facts: Facts, fields: readonly (keyof Facts)[]): object {
  return Object.fromEntries(fields.map(field => [field, facts[field]]));
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * q) - 1] ?? Number.NaN;
}

function findMoov(bytes: Buffer): { begin: number; end: number } {
  for (let begin = 0; begin < bytes.length; begin += bytes.readUInt32BE(begin)) {
    const end = begin + bytes.readUInt32BE(begin);
    if (bytes.toString('latin1', begin + 4, begin + 8) === 'moov') return { begin, end };
  }
  throw new Error('no moov box');
}
