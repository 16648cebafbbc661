/**
 * Prints a list that a service declares for its image, for the shell of the Dockerfile:
 * `node declared.mjs probe-svc aptPackages`. Runs before there is a `node_modules`.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , folder = '', list = ''] = process.argv;
const { service } = await import(pathToFileURL(path.resolve(folder, 'src/service.ts')).href);
process.stdout.write((service.image[list] ?? []).join(' '));
