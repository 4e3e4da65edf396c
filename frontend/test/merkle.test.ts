import type { Hex } from "viem";
import { describe, expect, it } from "vitest";
import { merkleProof, merkleRoot, verifyProof } from "../src/protocol/merkle";
import { vectors } from "./vectors";

const { emptyRoot, trees } = vectors<{ emptyRoot: Hex; trees: { leaves: Hex[]; proofs: Hex[][]; root: Hex }[] }>("merkle");

describe("positional Merkle trees", () => {
  it("has the zero word as the root of nothing", () => expect(merkleRoot([])).toBe(emptyRoot));

  it.each(trees)("agrees with the vector of $leaves.length leaves", ({ leaves, proofs, root }) => {
    expect(merkleRoot(leaves)).toBe(root);
    expect(leaves.map((_, i) => merkleProof(leaves, i))).toEqual(proofs);
  });

  it.each(trees)("proves each of $leaves.length leaves at its own index only", ({ leaves, proofs, root }) => {
    for (const [i, leaf] of leaves.entries()) {
      expect(verifyProof(root, leaf, i, proofs[i]!)).toBe(true);
      for (const j of leaves.keys()) if (j !== i) expect(verifyProof(root, leaf, j, proofs[i]!)).toBe(false);
    }
  });

  it("refuses an index beyond the tree and a proof that is too long", () => {
    const { leaves, proofs, root } = trees.at(-1)!;
    expect(verifyProof(root, leaves[0]!, leaves.length, proofs[0]!)).toBe(false);
    expect(verifyProof(root, leaves[0]!, 0, Array<Hex>(32).fill(emptyRoot))).toBe(false);
  });
});
