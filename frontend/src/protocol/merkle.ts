import { type Hex, concat, keccak256, zeroHash } from "viem";

/** Trees and proofs where the position of a leaf, not the size of the hashes, says which side a node is on. */
const MAX_DEPTH = 32;

const parent = (left: Hex, right: Hex): Hex => keccak256(concat([left, right]));

/** Root over `leaves`, padded with zero words to the next power of two. One leaf is its own root; none is the zero word. */
export function merkleRoot(leaves: readonly Hex[]): Hex {
  if (leaves.length === 0) return zeroHash;
  let level = [...leaves];
  while ((level.length & (level.length - 1)) !== 0) level.push(zeroHash);
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) => parent(level[2 * i]!, level[2 * i + 1]!));
  }
  return level[0]!;
}

/** The siblings of leaf `index`, bottom up. */
export function merkleProof(leaves: readonly Hex[], index: number): Hex[] {
  let level = [...leaves];
  while ((level.length & (level.length - 1)) !== 0) level.push(zeroHash);
  const proof: Hex[] = [];
  for (let at = index; level.length > 1; at >>= 1) {
    proof.push(level[at ^ 1]!);
    level = Array.from({ length: level.length / 2 }, (_, i) => parent(level[2 * i]!, level[2 * i + 1]!));
  }
  return proof;
}

/** Whether `leaf` is at `index` of the tree with this root. */
export function verifyProof(root: Hex, leaf: Hex, index: number, proof: readonly Hex[]): boolean {
  if (proof.length >= MAX_DEPTH || index < 0 || index >= 2 ** proof.length) return false;
  const top = proof.reduce<Hex>(
    (node, sibling, level) => (Math.floor(index / 2 ** level) % 2 === 0 ? parent(node, sibling) : parent(sibling, node)),
    leaf,
  );
  return top === root;
}
