// A copy of one contract's sources and tests in which a changed contract costs one compilation of that contract alone.
//
// The tests of the copy do not contain the contract: each `new Contract(…)` of theirs takes the code from the contract's
// artifact when the test runs. So a change is compiled here, in this process, and written over the artifact; forge sees no
// changed source and compiles nothing. (forge's own dynamic test linking does the like, but with it a test ends, passed,
// at the first deployment that it expects to revert: what comes after it goes unchecked.)
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, posix, relative } from "node:path";
import { closing, codeOnly } from "./changes.mjs";

const solc = createRequire(import.meta.url)("solc");
const LIBRARIES = "@openzeppelin/";
const HELPER = "contracts/test/CreateFromArtifact.sol";

const HELPER_SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

interface ICode {
    function getCode(string calldata artifact) external view returns (bytes memory);
}

function createFromArtifact(string memory artifact, bytes memory arguments) returns (address made) {
    ICode vm = ICode(address(uint160(uint256(keccak256("hevm cheat code")))));
    bytes memory code = abi.encodePacked(vm.getCode(artifact), arguments);
    assembly ("memory-safe") {
        made := create(0, add(code, 32), mload(code))
        if iszero(made) {
            returndatacopy(0, 0, returndatasize())
            revert(0, returndatasize())
        }
    }
}
`;

/** Paths below `root`, "/" between the parts. */
function filesBelow(root, folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(folder, relative(join(root, folder), join(entry.parentPath ?? entry.path, entry.name))));
}

/** What a source imports, as paths below the root. */
function importsOf(path, source) {
  // Not of the code without strings: paths are strings. An import in a comment does no harm.
  return [...source.matchAll(/^(?:import|\})[^;]*?"([^"]+)";/gm)].map(([, name]) => {
    if (name.startsWith(".")) return posix.join(posix.dirname(path), name);
    return name.startsWith(LIBRARIES) ? `node_modules/${name}` : name;
  });
}

function withoutNew(path, source, contract, artifact) {
  let result = source;
  // From behind, so that what was found stays where it is.
  for (const { index } of [...codeOnly(source).matchAll(new RegExp(`\\bnew ${contract}\\(`, "g"))].reverse()) {
    const open = index + `new ${contract}`.length;
    const close = closing(codeOnly(result), open);
    const made = `createFromArtifact("${artifact}", abi.encode(${result.slice(open + 1, close)}))`;
    result = `${result.slice(0, index)}${contract}(${made})${result.slice(close + 1)}`;
  }
  if (result === source) return source;
  const helper = posix.relative(posix.dirname(path), HELPER);
  const from = helper.startsWith(".") ? helper : `./${helper}`;
  return result.replace(/^pragma [^\n]*\n/m, (pragma) => `${pragma}import {createFromArtifact} from "${from}";\n`);
}

export class Tree {
  /**
   * @param root the repository
   * @param folder where the copy is made
   * @param contract name of the deployed contract
   * @param source its file
   * @param isTest tells of a path below contracts/test whether it belongs to the tests
   */
  constructor({ root, folder, contract, source, isTest }) {
    Object.assign(this, { folder, contract, source, artifact: `${basename(source)}:${contract}` });
    mkdirSync(folder, { recursive: true });
    for (const part of ["contracts", "script"]) rmSync(join(folder, part), { recursive: true, force: true });
    cpSync(join(root, "foundry.toml"), join(folder, "foundry.toml"));
    if (!existsSync(join(folder, "node_modules"))) symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    this.tests = filesBelow(root, "contracts/test").filter((path) => isTest(path.slice("contracts/test/".length)));
    // Tests read files too (vectors, snapshots): all that is no Solidity comes along.
    for (const path of filesBelow(root, "contracts").filter((name) => !name.endsWith(".sol"))) this.write(path, readFileSync(join(root, path)));
    this.write(HELPER, HELPER_SOURCE);
    for (const path of this.closure([source, ...this.tests], (name) => readFileSync(join(root, name), "utf8")).keys()) {
      if (path.startsWith("node_modules/")) continue;
      const text = readFileSync(join(root, path), "utf8");
      this.write(path, path.startsWith("contracts/src/") ? text : withoutNew(path, text, contract, this.artifact));
    }
  }

  write(path, content) {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  read(path) {
    return readFileSync(join(this.folder, path), "utf8");
  }

  /** Sources by path: `paths` and all that they import. */
  closure(paths, read = (path) => this.read(path)) {
    const sources = new Map();
    const open = [...paths];
    while (open.length > 0) {
      const path = open.pop();
      if (sources.has(path)) continue;
      const content = read(path);
      sources.set(path, content);
      open.push(...importsOf(path, content));
    }
    return sources;
  }

  /** Files whose code changes when `path` does: the contract's, and of a library or a base also the tests that contain it. */
  dependents(path) {
    if (!/^(?:library|abstract contract) /m.test(codeOnly(this.read(path)))) return [this.source];
    const contains = (test) => importsOf(test, this.read(test)).includes(path);
    return [this.source, ...filesBelow(this.folder, "contracts/test").filter((test) => test.endsWith(".sol") && contains(test))];
  }

  /**
   * Compiles `files` with `changed` in the place of `path` and writes the code over their artifacts.
   * @returns false when the compiler refuses it
   */
  install(files, path, changed) {
    const sources = this.closure(files);
    if (sources.has(path)) sources.set(path, changed);
    const selection = { "*": ["evm.bytecode.object", "evm.bytecode.linkReferences", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"] };
    const input = {
      language: "Solidity",
      sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
      settings: {
        evmVersion: "cancun",
        optimizer: { enabled: false },
        remappings: [`${LIBRARIES}=node_modules/${LIBRARIES}`],
        outputSelection: Object.fromEntries(files.map((file) => [file, selection])),
      },
    };
    const output = JSON.parse(solc.compile(JSON.stringify(input)));
    if (output.errors?.some(({ severity }) => severity === "error")) {
      this.errors = output.errors.map(({ formattedMessage }) => formattedMessage).join("\n");
      return false;
    }
    for (const file of files) {
      for (const [name, { evm }] of Object.entries(output.contracts[file] ?? {})) {
        const at = `target/forge/out/${file.replace(/^contracts\/(?:src|test)\//, "").split("/").pop()}/${name}.json`;
        const artifact = JSON.parse(this.read(at));
        artifact.bytecode = { ...artifact.bytecode, ...evm.bytecode, object: `0x${evm.bytecode.object}` };
        artifact.deployedBytecode = { ...artifact.deployedBytecode, ...evm.deployedBytecode, object: `0x${evm.deployedBytecode.object}` };
        this.write(at, JSON.stringify(artifact));
      }
    }
    return true;
  }
}
