import { fileURLToPath } from 'node:url';

const projectDir = fileURLToPath(new URL('../../', import.meta.url));

export const PROJECT_DIR = projectDir;
export const SOURCE_DIR = fileURLToPath(new URL('./', import.meta.url));
/** Git-ignored, as all of `native/build*`. */
export const BUILD_DIR = fileURLToPath(new URL('../build-fuzz/', import.meta.url));
export const DICTIONARY = fileURLToPath(new URL('./containers.dict', import.meta.url));
export const VIDEOS_DIR = fileURLToPath(new URL('../../nginx/videos/', import.meta.url));
/** Git-ignored: seeds are made anew at each run, the corpus and the findings stay. */
export const FUZZ_DIR = fileURLToPath(new URL('../../.vigie/fuzz/', import.meta.url));
