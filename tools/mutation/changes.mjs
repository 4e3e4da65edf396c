// Small changes to Solidity sources: another comparison, another constant, a statement or a modifier less.

/** Source with comments and strings blanked out, so that nothing in them is changed; every offset stays. */
export function codeOnly(source) {
  const blank = (text) => text.replace(/[^\n]/g, " ");
  return source.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"/g, blank);
}

const SWAPS = [
  [/(?<![<>=])<=(?!=)/g, ["<"]],
  [/(?<![<>=])>=(?!=)/g, [">"]],
  [/(?<=\s)<(?=\s)/g, ["<=", ">="]],
  [/(?<=\s)>(?=\s)/g, [">=", "<="]],
  [/(?<![=!<>])==(?!=)/g, ["!="]],
  [/!=/g, ["=="]],
  [/&&/g, ["||"]],
  [/\|\|/g, ["&&"]],
  [/(?<=\s)\+(?=\s)/g, ["-"]],
  [/(?<=\s)-(?=\s)/g, ["+"]],
  [/(?<=\s)\*(?=\s)/g, ["/"]],
  [/(?<=\s)\/(?=\s)/g, ["*"]],
  [/(?<=\s)%(?=\s)/g, ["/"]],
  [/(?<=\s)&(?=\s)/g, ["|"]],
  [/(?<=\s)\|(?=\s)/g, ["&"]],
  [/<<(?!=)/g, [">>"]],
  [/>>(?!=)/g, ["<<"]],
  [/\+=/g, ["-="]],
  [/-=/g, ["+="]],
  [/\+\+(?=\w)/g, ["--"]],
  [/(?<=[(\s])!(?=[\w(])/g, [""]],
  [/\bMath\.min\b/g, ["Math.max"]],
  [/\bMath\.max\b/g, ["Math.min"]],
  [/\bRounding\.Ceil\b/g, ["Rounding.Floor"]],
  [/\bRounding\.Floor\b/g, ["Rounding.Ceil"]],
  [/\btrue\b/g, ["false"]],
  [/\bfalse\b/g, ["true"]],
  [/ (?:restricted|whenNotPaused)\b(?=[^;{]*\{)/g, [""]],
];

/** All changes of one source: where, how long, what instead. */
export function changesOf(source) {
  const code = codeOnly(source);
  const begin = code.search(/^(?:abstract )?(?:contract|library) /m);
  const found = [];
  const add = (offset, length, text) => {
    if (offset >= begin) found.push({ offset, length, text });
  };
  for (const [pattern, replacements] of SWAPS) {
    for (const match of code.matchAll(pattern)) {
      for (const text of replacements) add(match.index, match[0].length, text);
    }
  }
  // Constants: one more. Not inside names, types (uint96) or hexadecimal words.
  for (const match of code.matchAll(/(?<![\w.])\d[\d_]*(?:e\d+)?(?![\w.])/g)) {
    const before = code.slice(code.lastIndexOf("\n", match.index) + 1, match.index);
    if (/^\s*pragma|bytes\d*\($/.test(before)) continue;
    add(match.index, match[0].length, match[0] === "0" ? "1" : `(${match[0]} + 1)`);
  }
  // Conditions that always or never hold.
  for (const match of code.matchAll(/\bif \(/g)) {
    const open = match.index + match[0].length - 1;
    const length = closing(code, open) - open + 1;
    for (const text of ["(true)", "(false)"]) add(open, length, text);
  }
  // Statements on lines of their own: calls, assignments, events, deletions. A declaration cannot be taken away.
  for (const match of code.matchAll(/^( +)((?:[\w.[\]()]+(?: = | \+= | -= |\()|emit |delete |\+\+|--|\([\w., ]+\) = )[^{};]*;)/gm)) {
    const statement = match[2];
    if (/^(?:return|revert|if|for|while|using|error|event|function|constructor|import|let|mapping)\b/.test(statement)) continue;
    // A declaration in parentheses: (uint256 a, uint256 b) = …
    if (/^\((?:\w+ )?\w+ \w+[,)]/.test(statement)) continue;
    if (/^\w+(?:\[\])? \w+ = /.test(statement)) continue;
    add(match.index + match[1].length, statement.length, ";");
  }
  return found
    .filter(({ offset }) => inBody(code, offset))
    .sort((a, b) => a.offset - b.offset || a.text.localeCompare(b.text));
}

/** Offset of the parenthesis that closes the one at `open`. */
export function closing(code, open) {
  let depth = 0;
  for (let i = open; i < code.length; i += 1) {
    if (code[i] === "(") depth += 1;
    else if (code[i] === ")" && (depth -= 1) === 0) return i;
  }
  throw new Error("unbalanced parentheses");
}

/** Not in a struct, an event, an error or a mapping's declaration. */
function inBody(code, offset) {
  const line = code.slice(code.lastIndexOf("\n", offset) + 1, offset);
  if (/^\s*(?:event|error|struct|mapping|using|pragma|import)\b/.test(line)) return false;
  const struct = code.lastIndexOf("struct ", offset);
  return struct === -1 || code.indexOf("}", struct) < offset;
}

/** The source with one change made. */
export function apply(source, { offset, length, text }) {
  // A statement that was taken away leaves an empty block, which is no valid statement by itself.
  const replacement = text === ";" ? "{}" : text;
  return source.slice(0, offset) + replacement + source.slice(offset + length);
}

/** Where a change is, and what it looks like as a diff. */
export function describe(file, source, mutation) {
  const line = source.slice(0, mutation.offset).split("\n").length;
  const changed = apply(source, mutation).split("\n");
  const before = source.split("\n");
  const removed = source.slice(mutation.offset, mutation.offset + mutation.length).split("\n").length;
  const minus = before.slice(line - 1, line - 1 + removed).map((text) => `-${text}`);
  const plus = changed.slice(line - 1, changed.length - (before.length - line + 1 - removed)).map((text) => `+${text}`);
  return { file, line, diff: [...minus, ...plus].join("\n") };
}
