/** Characters that are invisible or change the direction of what follows, and so could hide what is being judged. */
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Text of a model as data: hidden characters are written out as ⟨U+202E⟩. Links stay text. */
export const inertText = (text: string): string =>
  text
    .replace(/\r\n?/g, "\n")
    .replace(HIDDEN, (character) => `⟨U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}⟩`);
