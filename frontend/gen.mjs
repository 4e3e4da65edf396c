// Regenerates what is written elsewhere: src/api/schema.ts from ../backend/openapi.json and src/contracts/*.ts from
// ../contracts/abi/*.json. `node gen.mjs` writes; `generated()` is what the freshness test compares with.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const here = dirname(fileURLToPath(import.meta.url));
const abiFolder = join(here, "../contracts/abi");
const openapiFile = join(here, "../backend/openapi.json");

/** Contracts that the page talks to; the others are read by the backend only. */
const CONTRACTS = [
  "GovernanceToken",
  "ProtocolGovernor",
  "StakingPool",
  "LabelEpochs",
  "RewardDistributor",
  "ModelRegistry",
];

/** Every generated file, as a map from its path under src/ to its text. */
export async function generated() {
  const files = new Map();
  for (const file of readdirSync(abiFolder).sort()) {
    const name = basename(file, ".json");
    if (!CONTRACTS.includes(name)) continue;
    const abi = JSON.parse(readFileSync(join(abiFolder, file), "utf8"));
    const constant = name[0].toLowerCase() + name.slice(1) + "Abi";
    const text = `// Generated from contracts/abi/${file} by gen.mjs.\nexport const ${constant} = ${JSON.stringify(abi, null, 1)} as const;\n`;
    files.set(`contracts/${constant}.ts`, text);
  }
  const schema = astToString(await openapiTS(pathToFileURL(openapiFile)));
  files.set("api/schema.ts", `// Generated from backend/openapi.json by gen.mjs.\n${schema}`);
  return files;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = await generated();
  rmSync(join(here, "src/contracts"), { recursive: true, force: true });
  mkdirSync(join(here, "src/contracts"), { recursive: true });
  for (const [path, text] of files) writeFileSync(join(here, "src", path), text);
  console.log(`wrote ${[...files.keys()].join(", ")}`);
}
