// `make bench-wasm`: how long a browser takes to verify a large epoch, and how much memory. Runs the built page's worker
// and module in Chromium on what `signed_epoch` wrote, and writes bench/results/wasm.json.
//
//   node frontend/e2e/bench.mjs FOLDER   the folder holds bundle.json and epoch.json
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./browser.mjs";

const folder = process.argv[2];
const root = join(import.meta.dirname, "../..");
const assets = join(root, "frontend/dist/assets");
const asset = (pattern) => join(assets, readdirSync(assets).find((name) => pattern.test(name)) ?? String(pattern));
const files = { "/worker.js": asset(/^worker-.*\.js$/), "/protocol.wasm": asset(/^protocol-.*\.wasm$/), "/bundle.json": join(folder, "bundle.json") };
const epoch = JSON.parse(readFileSync(join(folder, "epoch.json"), "utf8"));
/** Signatures that are timed. */
const SAMPLE = 20_000;

const browser = await launch();
const page = await (await browser.newContext()).newPage();
await page.route("**", (route) => {
  const { pathname } = new URL(route.request().url());
  return files[pathname] ? route.fulfill({ path: files[pathname] }) : route.fulfill({ contentType: "text/html", body: "<!doctype html>" });
});
await page.goto("http://bench.localhost/");

/** Most memory that any process of the browser has held, in bytes. */
async function peak() {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const held = processInfo.map(({ id }) => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${id}/status`, "utf8"))[1]) * 1024);
  return Math.max(...held);
}

const before = await peak();
const timed = await page.evaluate(
  async ({ epoch, SAMPLE }) => {
    const worker = new Worker("/worker.js", { type: "module" });
    const call = (request, file) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => ("error" in data ? reject(new Error(data.error)) : resolve(data.ok));
        worker.postMessage({ request, file }, file ? [file.buffer] : []);
      });
    worker.postMessage({ url: `${location.origin}/protocol.wasm` });
    const file = new Uint8Array(await (await fetch("/bundle.json")).arrayBuffer());
    const nBytes = file.length;
    const seconds = {};
    const time = async (name, work) => {
      const started = performance.now();
      const result = await work();
      seconds[name] = Math.round(performance.now() - started) / 1000;
      return result;
    };
    const { terms, secret, seed, bundleHash: hash } = epoch;
    const { nAnswers } = await time("read", () => call({ method: "load", hash }, file));
    await time("structure", async () => {
      await call({ method: "checkStructure", terms });
      await call({ method: "labels" });
      await call({ method: "checkAssignment", terms, secret });
    });
    const { statements } = await time("payouts", () => call({ method: "payouts", terms, secret, seed, previous: [] }));
    const n = Math.min(SAMPLE, nAnswers);
    await time("sample", () => call({ method: "checkSignatures", from: 0, to: n }));
    const { sample, ...rest } = seconds;
    return { nBytes, nAnswers, nLabelers: statements.length, seconds: rest, secondsPerSignature: sample / n };
  },
  { epoch, SAMPLE },
);
const bytes = (await peak()) - before;
await browser.close();

const { nBytes, nAnswers, nLabelers, seconds, secondsPerSignature } = timed;
const total = Object.values(seconds).reduce((sum, one) => sum + one);
const result = {
  name: "wasm",
  work: `${nLabelers} labelers, ${nAnswers} signed answers (${(nBytes / 1e6).toFixed(0)} MB): read, checked, judged and added up in a worker of Chromium`,
  ours: { seconds: Number(total.toFixed(3)), steps: seconds, megabytes: Math.round(bytes / 1e6), moduleBytes: statSync(files["/protocol.wasm"]).size },
  signatures: { millisecondsEach: Number((secondsPerSignature * 1000).toFixed(3)), secondsForAll: Math.round(secondsPerSignature * nAnswers) },
  peer: null,
  ratio: null,
  machine: `${process.platform} ${process.arch}`,
  commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim(),
};
const text = `${JSON.stringify(result, null, 2)}\n`;
process.stdout.write(text);
writeFileSync(join(root, "bench/results/wasm.json"), text);
