import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_DIR } from '../../setup/project.mjs';

/** The comments of what a proto file defines, by full names: `vigie.alert.v1.Alert.uid`. */
export type ProtoComments = ReadonlyMap<string, string>;

const SCOPE = /^(?:message|enum|service|oneof) (\w+) \{/;
const MEMBER = /^(?:rpc (\w+)\(|(?:optional |repeated )?[\w.]+ (\w+) = \d+|([A-Z][A-Z0-9_]*) = \d+)/;

/** @param name of a file below proto/, as a descriptor has it: without its extension */
export function readProtoComments(name: string): ProtoComments {
  return parseProtoComments(readFileSync(path.join(PROJECT_DIR, 'proto', `${name}.proto`), 'utf8'));
}

/** By the lines of a file that `buf format` has formatted; the generated code has no comments. */
export function parseProtoComments(text: string): ProtoComments {
  const found = new Map<string, string>();
  const scopes: { name: string; depth: number }[] = [];
  let packageName = '';
  let depth = 0;
  let comment: string[] = [];
  for (const line of text.split('\n').map(each => each.trim())) {
    if (line.startsWith('//')) {
      comment.push(line.slice(2).trim());
      continue;
    }
    packageName = /^package (.*);/.exec(line)?.[1] ?? packageName;
    const scope = SCOPE.exec(line)?.[1];
    // In a oneof, members belong to the message.
    const owners = scopes.map(({ name }) => name).filter(name => name !== '');
    const member =
      scope ??
      MEMBER.exec(line)
        ?.slice(1)
        .find(each => each !== undefined);
    if (member !== undefined && comment.length > 0) {
      found.set([packageName, ...owners, member].join('.'), comment.join('\n'));
    }
    if (scope !== undefined) scopes.push({ name: line.startsWith('oneof') ? '' : scope, depth });
    depth += line.split('{').length - line.split('}').length;
    while (scopes.length > 0 && depth <= (scopes.at(-1)?.depth ?? 0)) scopes.pop();
    comment = [];
  }
  return found;
}
