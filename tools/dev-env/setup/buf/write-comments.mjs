/**
 * Writes `proto/gen/comments.binpb`: the comments of the protos that a server's reflection describes, as a
 * `google.protobuf.FileDescriptorSet` of names and source locations alone. Generated code holds everything of a proto
 * but its comments.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** @import { SourceCodeInfo_Location } from '@bufbuild/protobuf/wkt' */

const BUF = 'node_modules/.bin/buf';
const DESCRIBED = [
  'proto/vigie',
  'node_modules/google-proto-files/google/rpc/error_details.proto',
  'node_modules/grpc-health-check/proto/health',
  'node_modules/@grpc/reflection/build/proto/grpc',
];

const built = execFileSync(BUF, ['build', ...DESCRIBED.flatMap(path => ['--path', path]), '-o', '-'], {
  maxBuffer: 2 ** 26,
});
const file = fromBinary(FileDescriptorSetSchema, built).file.map(({ name, sourceCodeInfo }) => ({
  name,
  sourceCodeInfo: { location: sourceCodeInfo?.location.filter(hasComment) ?? [] },
}));
writeFileSync('proto/gen/comments.binpb', toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file })));

/** @param {SourceCodeInfo_Location} location */
function hasComment({ leadingComments, trailingComments, leadingDetachedComments }) {
  return `${leadingComments}${trailingComments}${leadingDetachedComments.join('')}` !== '';
}
