/**
 * Writes `protovalidate/buf/validate/validate.proto` into the working directory, for buf: protovalidate's npm package
 * holds that file only as a descriptor. What its rules mean (`buf.validate.predefined`) is left out: buf needs the
 * names and types, and the generated code imports the package's own descriptor (`rewrite_imports` in buf.gen.yaml).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { getDeclarationString } from '@bufbuild/protoplugin';
import { file_buf_validate_validate as file } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';

/** @import { DescEnum, DescExtension, DescMessage, DescOneof } from '@bufbuild/protobuf' */

const FOLDER = 'protovalidate/buf/validate';

const { goPackage, javaPackage, javaMultipleFiles } = file.proto.options ?? {};
const text = [
  'syntax = "proto2";',
  `package ${file.proto.package};`,
  `option go_package = "${goPackage}";`,
  `option java_multiple_files = ${javaMultipleFiles};`,
  `option java_package = "${javaPackage}";`,
  ...file.dependencies.map(({ name }) => `import "${name}.proto";`),
  ...file.enums.map(printEnum),
  ...file.messages.map(printMessage),
  ...file.extensions.map(printExtension),
];
mkdirSync(FOLDER, { recursive: true });
writeFileSync(`${FOLDER}/validate.proto`, `${text.join('\n')}\n`);

/** @param {DescMessage} message @returns {string} */
function printMessage(message) {
  return block(`message ${message.name}`, [
    ...message.nestedEnums.map(printEnum),
    ...message.nestedMessages.map(printMessage),
    ...message.members.map(member => (member.kind === 'oneof' ? printOneof(member) : declare(member))),
    // The end of a range is exclusive in a descriptor, and inclusive in a proto.
    ...message.proto.extensionRange.map(({ start, end }) => `extensions ${start} to ${(end ?? 0) - 1};`),
  ]);
}

/** @param {DescOneof} oneof */
function printOneof({ name, fields }) {
  return block(`oneof ${name}`, fields.map(declare));
}

/** @param {DescEnum} enumeration */
function printEnum({ name, values }) {
  return block(`enum ${name}`, values.map(declare));
}

/** @param {DescExtension} extension */
function printExtension(extension) {
  return block(`extend ${extension.extendee.typeName}`, [declare(extension)]);
}

/** @param {Parameters<typeof getDeclarationString>[0]} desc */
function declare(desc) {
  return `${getDeclarationString(desc)};`;
}

/** @param {string} head @param {readonly string[]} body */
function block(head, body) {
  return `${head} {\n${body.join('\n')}\n}`;
}
