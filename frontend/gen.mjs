// Regenerates what is written elsewhere: src/api/schema.ts from ../backend/openapi.json and src/contracts/*.ts from
// ../contracts/abi/*.json. `node gen.mjs` writes; `generated()` is what the freshness test compares with.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");

/** Contracts that the page talks to; the others are read by the backend only. */
const CONTRACTS = ["EpochReferee", "GovernanceToken", "LabelEpochs", "OptimisticGovernor", "ProtocolGovernor", "RewardDistributor", "StakingPool"];

function contractModule(name) {
  const abi = JSON.parse(readFileSync(join(root, "contracts/abi", `${name}.json`), "utf8"));
  const constant = name[0].toLowerCase() + name.slice(1) + "Abi";
  const text = `// Generated from contracts/abi/${name}.json by gen.mjs.\nexport const ${constant} = ${JSON.stringify(abi, null, 1)} as const;\n`;
  return [`contracts/${constant}.ts`, text];
}

/** The server writes null for what is absent and never leaves a field out. */
function everyFieldPresent(document) {
  for (const schema of Object.values(document.components.schemas)) {
    const parts = [schema, ...(schema.allOf ?? [])];
    for (const part of parts) if (part.properties) part.required = Object.keys(part.properties);
  }
  return document;
}

/** Addresses, hashes and bytes are `0x…` strings to the chain library, so they are typed as such. */
function hexString(schema) {
  if (schema.type !== "string" || !schema.pattern?.startsWith("^0x")) return undefined;
  const string = ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword);
  const span = ts.factory.createTemplateLiteralTypeSpan(string, ts.factory.createTemplateTail(""));
  return ts.factory.createTemplateLiteralType(ts.factory.createTemplateHead("0x"), [span]);
}

async function apiModule() {
  const document = JSON.parse(readFileSync(join(root, "backend/openapi.json"), "utf8"));
  const ast = await openapiTS(everyFieldPresent(document), { transform: hexString });
  return ["api/schema.ts", `// Generated from backend/openapi.json by gen.mjs.\n${astToString(ast)}`];
}

/** Every generated file: path below src/ and text. */
export const generated = async () => new Map([...CONTRACTS.map(contractModule), await apiModule()]);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = await generated();
  rmSync(join(here, "src/contracts"), { recursive: true, force: true });
  mkdirSync(join(here, "src/contracts"), { recursive: true });
  for (const [path, text] of files) writeFileSync(join(here, "src", path), text);
  console.log(`wrote ${[...files.keys()].join(", ")}`);
}
