import { type Hex, concat, keccak256, zeroHash } from "viem";

/**
 * Trees and proofs where the position of a leaf, not the size of the hashes, says which side a node is on. Leaves are
 * padded with zero words to the next power of two.
 */
const hashPair = (left: Hex, right: Hex): Hex => keccak256(concat([left, right]));

/** Roots of subtrees of zero words, by height. Most seats of a labels tree are empty. */
const empty: Hex[] = [zeroHash];
const emptyRoot = (height: number): Hex => (empty[height] ??= hashPair(emptyRoot(height - 1), emptyRoot(height - 1)));

/** Siblings in every proof of a tree with `count` leaves: the height of the tree. */
export function depthOf(count: number): number {
  let depth = 0;
  while (2 ** depth < count) depth++;
  return depth;
}

/** The nodes of one level by index; those that are absent hold zero words only. */
type Level = ReadonlyMap<number, Hex>;

function* levels(count: number, leaves: Iterable<readonly [number, Hex]>): Generator<Level> {
  let level: Level = new Map(leaves);
  yield level;
  for (let height = 0; height < depthOf(count); height++) {
    const above = new Map<number, Hex>();
    for (const index of level.keys()) {
      const parent = Math.floor(index / 2);
      if (above.has(parent)) continue;
      const child = (at: number): Hex => level.get(at) ?? emptyRoot(height);
      above.set(parent, hashPair(child(2 * parent), child(2 * parent + 1)));
    }
    level = above;
    yield level;
  }
}

/** Root over `count` positions of which only some hold a leaf. */
export function sparseRoot(count: number, leaves: Iterable<readonly [number, Hex]>): Hex {
  if (count === 0) return zeroHash;
  let root: Hex | undefined;
  for (const level of levels(count, leaves)) root = level.get(0);
  return root ?? emptyRoot(depthOf(count));
}

/** Root over `leaves`. One leaf is its own root; none is the zero word. */
export const merkleRoot = (leaves: readonly Hex[]): Hex => sparseRoot(leaves.length, leaves.entries());

/** The siblings of position `index` in a tree over `count` positions of which only some hold a leaf, bottom up. */
export const sparseProof = (count: number, leaves: Iterable<readonly [number, Hex]>, index: number): Hex[] =>
  [...levels(count, leaves)].slice(0, -1).map((level, height) => level.get(Math.floor(index / 2 ** height) ^ 1) ?? emptyRoot(height));

/** The siblings of leaf `index`, bottom up. */
export const merkleProof = (leaves: readonly Hex[], index: number): Hex[] => sparseProof(leaves.length, leaves.entries(), index);

/**
 * Whether `leaf` is at `index` of the tree of `count` leaves with this root. A proof of any other length than the tree's
 * height is refused: with another length one index would name several positions.
 */
export function verifyProof(root: Hex, count: number, index: number, leaf: Hex, proof: readonly Hex[]): boolean {
  if (!Number.isInteger(index) || index < 0 || index >= count || proof.length !== depthOf(count)) return false;
  const top = proof.reduce<Hex>(
    (node, sibling, height) => (Math.floor(index / 2 ** height) % 2 === 0 ? hashPair(node, sibling) : hashPair(sibling, node)),
    leaf,
  );
  return top === root;
}
