const WIDTH = 120;

/** A line of Markdown, or of a comment, that is wider than the formatter makes code. The formatters wrap neither. */
export interface WideLine {
  /** From 1. */
  line: number;
  width: number;
}

type IsProse = (line: string) => boolean;

const COMMENT: Readonly<Record<string, IsProse>> = {
  '.ts': isComment,
  '.mjs': isComment,
  '.proto': line => /^\s*\/\//.test(line),
  '.yaml': line => /^\s*#/.test(line),
  '.sh': line => /^\s*#/.test(line),
  '.conf': line => /^\s*#/.test(line),
};

/** @param extension of the file, with its dot */
export function findWideLines(extension: string, text: string): WideLine[] {
  const lines = text.split('\n');
  const isProse = extension === '.md' ? markdownProse() : COMMENT[extension];
  if (isProse === undefined) return [];
  return lines.flatMap((line, index) => {
    const isWide = isProse(line) && line.length > WIDTH && canBeWrapped(line);
    return isWide ? [{ line: index + 1, width: line.length }] : [];
  });
}

/** Of TypeScript; rows of a table stay as they are. */
function isComment(line: string): boolean {
  return /^\s*(\/\/|\/?\*)/.test(line) && !/^\s*\* *\|/.test(line);
}

/** Tables, and code between fences, stay as they are. */
function markdownProse(): IsProse {
  let isCode = false;
  return line => {
    if (/^\s*```/.test(line)) isCode = !isCode;
    return !isCode && !/^\s*\|/.test(line) && !/^\[.+\]: /.test(line);
  };
}

/** False for a line that is too wide only by its last word, such as an address. */
function canBeWrapped(line: string): boolean {
  const lastBreak = line.trimEnd().lastIndexOf(' ');
  const firstWord = line.search(/[^\s/*#>-]/);
  return line.slice(firstWord, lastBreak).includes(' ') && lastBreak > firstWord;
}
