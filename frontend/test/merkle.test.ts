import { type Hex, concat, keccak256, zeroHash } from "viem";
import { describe, expect, it } from "vitest";
import { depthOf, merkleProof, merkleRoot, sparseRoot, verifyProof } from "../src/protocol/merkle";
import { vectors } from "./vectors";

const { emptyRoot, trees } = vectors<{ emptyRoot: Hex; trees: { depth: number; leaves: Hex[]; proofs: Hex[][]; root: Hex }[] }>("merkle");

describe("positional Merkle trees", () => {
  it("has the zero word as the root of nothing", () => expect(merkleRoot([])).toBe(emptyRoot));

  it.each(trees)("agrees with the vector of $leaves.length leaves", ({ depth, leaves, proofs, root }) => {
    expect(depthOf(leaves.length)).toBe(depth);
    expect(merkleRoot(leaves)).toBe(root);
    expect(leaves.map((_, i) => merkleProof(leaves, i))).toEqual(proofs);
  });

  it.each(trees)("proves each of $leaves.length leaves at its own index only", ({ leaves, proofs, root }) => {
    for (const [i, leaf] of leaves.entries()) {
      expect(verifyProof(root, leaves.length, i, leaf, proofs[i]!)).toBe(true);
      for (const j of leaves.keys()) if (leaves[j] !== leaf) expect(verifyProof(root, leaves.length, j, leaf, proofs[i]!)).toBe(false);
    }
  });

  it("refuses an index beyond the leaves, also where the padding would let it pass", () => {
    const leaves = ["0x01", "0x02", "0x03"].map((text) => text.padEnd(66, "0") as Hex);
    const padded = [...leaves, zeroHash];
    const proof = merkleProof(padded, 3);
    expect(verifyProof(merkleRoot(leaves), 4, 3, zeroHash, proof)).toBe(true);
    expect(verifyProof(merkleRoot(leaves), 3, 3, zeroHash, proof)).toBe(false);
    expect(verifyProof(merkleRoot(leaves), 3, -1, leaves[0]!, proof)).toBe(false);
    expect(verifyProof(merkleRoot(leaves), 3, 0.5, leaves[0]!, proof)).toBe(false);
  });

  it.each(trees)("refuses a proof of $leaves.length leaves that is one node too short or too long", ({ leaves, proofs, root }) => {
    const [proof, count] = [proofs[0]!, leaves.length];
    expect(verifyProof(root, count, 0, leaves[0]!, [...proof, emptyRoot])).toBe(false);
    if (proof.length > 0) {
      expect(verifyProof(root, count, 0, leaves[0]!, proof.slice(1))).toBe(false);
      // The node one level up, named as if it were a leaf.
      const parent = keccak256(concat([leaves[0]!, proof[0]!]));
      expect(verifyProof(root, count, 0, parent, proof.slice(1))).toBe(false);
    }
  });

  it("has as many levels as the count needs", () => expect([1, 2, 3, 4, 5, 32, 33, 2 ** 26].map(depthOf)).toEqual([0, 1, 2, 2, 3, 5, 6, 26]));

  it("takes absent leaves of a sparse tree for zero words", () => {
    const leaf = `0x${"ab".repeat(32)}` as Hex;
    const dense = Array.from({ length: 40 }, (_, i) => (i === 37 ? leaf : zeroHash));
    expect(sparseRoot(40, [[37, leaf]])).toBe(merkleRoot(dense));
    expect(sparseRoot(40, [])).toBe(merkleRoot(dense.map(() => zeroHash)));
    expect(sparseRoot(0, [])).toBe(zeroHash);
  });
});
