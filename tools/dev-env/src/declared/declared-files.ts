import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ServiceDeclaration } from '@vigie/service-kit/declaration';
import { declareAddresses } from './address-table.ts';
import { declareContainers } from './compose-blocks.ts';
import { declareNatsUsers } from './nats-users-block.ts';
import { declareRestReference } from './rest-reference.ts';

type Declare = (text: string, services: readonly ServiceDeclaration[]) => string;

/**
 * The files of which a part is generated from the declarations of the services and from the protos. They are committed,
 * as Docker and people read them without Node.
 */
const DECLARED_FILES: readonly (readonly [file: string, declare: Declare])[] = [
  ['docker/nats.conf', declareNatsUsers],
  ['docker/compose.yaml', declareContainers],
  ['docs/operations.md', declareAddresses],
  ['docs/rest.md', declareRestReference],
];

/** Brings the files up to date. @returns those that were not */
export async function writeDeclaredFiles(
  projectDir: string,
  services: readonly ServiceDeclaration[],
): Promise<string[]> {
  const outdated = await findOutdated(projectDir, services);
  for (const { file, text } of outdated) await writeFile(path.join(projectDir, file), text);
  return outdated.map(({ file }) => file);
}

/** @returns the files that are not what the declarations give, with the text that they should have */
export async function findOutdated(
  projectDir: string,
  services: readonly ServiceDeclaration[],
): Promise<{ file: string; text: string }[]> {
  const files = DECLARED_FILES.map(async ([file, declare]) => {
    const current = await readFile(path.join(projectDir, file), 'utf8');
    const text = declare(current, services);
    return text === current ? [] : [{ file, text }];
  });
  return (await Promise.all(files)).flat();
}
