import { writeFile } from 'node:fs/promises';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { onlyArg } from '../only-arg.ts';
import { WrongUsageError } from '../wrong-usage-error.ts';

export const poster: Command = {
  name: 'poster',
  args: 'UID|/PATH',
  summary: 'gets the first picture of an alert, or of a video by its path',
  options: [
    { name: 'output', short: 'o', value: 'FILE', isFile: true, help: 'where to write the JPEG; - for stdout' },
    { name: 'max-side', value: 'PIXELS', help: 'the longest side: 16-4096 (640)' },
  ],
  onlyReads: true,
  async run({ client, values, args, output }) {
    const source = onlyArg(args, 'UID or path');
    const file = values.text('output');
    if (file === undefined) throw new WrongUsageError('say where to write the picture: -o FILE');
    const of = source.startsWith('/') ? { video: source } : { uid: source };
    const { contentType, data } = await client.poster(of, { maxSide: values.count('max-side') });
    if (file === '-') output.bytes(data);
    else {
      await writeFile(file, data);
      if (output.json) output.value({ file, contentType, bytes: data.length });
      else output.note(`${file}: ${data.length} bytes`);
    }
    return EXIT.done;
  },
};
