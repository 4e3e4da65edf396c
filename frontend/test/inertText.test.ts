import { describe, expect, it } from "vitest";
import { inertText } from "../src/components/label/inertText";

describe("text of a model", () => {
  it("stays as it is when nothing is hidden in it", () => expect(inertText("Grüße\n\t<b>https://example.com</b> 👍")).toBe("Grüße\n\t<b>https://example.com</b> 👍"));
  it("shows characters that reverse or hide text", () => expect(inertText("a\u202Eb\u200Bc\u0007")).toBe("a⟨U+202E⟩b⟨U+200B⟩c⟨U+0007⟩"));
  it("has one kind of line break", () => expect(inertText("a\r\nb\rc")).toBe("a\nb\nc"));
});
