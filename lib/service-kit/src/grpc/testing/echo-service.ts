import { create, createFileRegistry } from '@bufbuild/protobuf';
import type { GenService } from '@bufbuild/protobuf/codegenv2';
import { FileDescriptorProtoSchema, file_google_protobuf_wrappers, StringValueSchema } from '@bufbuild/protobuf/wkt';

type Echo<Kind> = { methodKind: Kind; input: typeof StringValueSchema; output: typeof StringValueSchema };

const TYPE = `.${StringValueSchema.typeName}`;

const file = create(FileDescriptorProtoSchema, {
  name: 'spec/echo.proto',
  package: 'spec',
  syntax: 'proto3',
  dependency: [file_google_protobuf_wrappers.proto.name],
  service: [
    {
      name: 'EchoService',
      method: [
        { name: 'Unary', inputType: TYPE, outputType: TYPE },
        { name: 'ClientStream', inputType: TYPE, outputType: TYPE, clientStreaming: true },
        { name: 'ServerStream', inputType: TYPE, outputType: TYPE, serverStreaming: true },
        { name: 'BidiStream', inputType: TYPE, outputType: TYPE, clientStreaming: true, serverStreaming: true },
      ],
    },
  ],
});

/** A service with a method of each kind, strings in and out. */
export const EchoService = createFileRegistry(file, () => file_google_protobuf_wrappers).getService(
  'spec.EchoService',
) as GenService<{
  unary: Echo<'unary'>;
  clientStream: Echo<'client_streaming'>;
  serverStream: Echo<'server_streaming'>;
  bidiStream: Echo<'bidi_streaming'>;
}>;
