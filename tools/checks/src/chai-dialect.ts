import ts from 'typescript';

/**
 * A place where an assertion is not in the one dialect of this project, `expect(x).to.equal(y)`, and what to write
 * there.
 */
export interface DialectEdit {
  /** Of the text that is replaced, in UTF-16 units; the end is exclusive. */
  start: number;
  end: number;
  replacement: string;
}

const SAME_ASSERTION: Readonly<Record<string, string>> = {
  eq: 'equal',
  eql: 'deep.equal',
  equals: 'equal',
  Throw: 'throw',
  throws: 'throw',
};

/** Words that only connect, for which this project says `to` (and `to.be`, `to.have`). */
const CONNECTIVES: Readonly<Record<string, string>> = { is: 'to.be', be: 'to.be', has: 'to.have', have: 'to.have' };

/** @returns what differs in a file, in order */
export function findDialectEdits(fileName: string, text: string): DialectEdit[] {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  const edits: DialectEdit[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'expect') {
      edits.push(...editChain(node));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return edits.sort((one, other) => one.start - other.start);
}

function editChain(call: ts.CallExpression): DialectEdit[] {
  const names = namesOfChain(call);
  const [first, second] = names;
  if (first === undefined) return [];
  const edits = names.flatMap(name => replace(name, SAME_ASSERTION[name.text]));
  if (first.text === 'to' || (first.text === 'not' && second?.text === 'to')) return edits;
  const connective = CONNECTIVES[first.text];
  if (connective !== undefined) return [...replace(first, connective), ...edits];
  return [{ start: first.getStart(), end: first.getStart(), replacement: 'to.' }, ...edits];
}

/** `to`, `deep`, `equal` of `expect(x).to.deep.equal(y)`. */
function namesOfChain(call: ts.CallExpression): ts.MemberName[] {
  const names: ts.MemberName[] = [];
  for (let node: ts.Node = call; ; node = node.parent) {
    const { parent } = node;
    if (ts.isPropertyAccessExpression(parent) && parent.expression === node) names.push(parent.name);
    else if (!(ts.isCallExpression(parent) && parent.expression === node)) return names;
  }
}

function replace(name: ts.MemberName, replacement: string | undefined): DialectEdit[] {
  return replacement === undefined ? [] : [{ start: name.getStart(), end: name.getEnd(), replacement }];
}
