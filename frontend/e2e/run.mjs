// Drives a running platform with a real browser and a wallet whose key the page never sees.
//
//   POLITY_URL    origin of the platform, e.g. http://127.0.0.1:4000
//   LABELER_KEY   private key of an account with enough free tokens to stake in the open epoch, and a payout to claim
//   VOTER_KEY     private key of an account that had votes when the active proposal opened and has not voted yet
//   SHOTS         folder for screenshots (optional)
//   E2E_STEPS     some of "label,vote,claim,verify,chat,audit" (optional, default all)
//
// The caller prepares the state: an open epoch, an active proposal, an approved payouts root.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { NARROW, axe, overflow, settled } from "./audit.mjs";
import { launch, openContext } from "./browser.mjs";
import { WALLET_NAME } from "./wallet.mjs";

const base = required("POLITY_URL").replace(/\/$/, "");
const shots = process.env.SHOTS;
const chosen = new Set((process.env.E2E_STEPS ?? "label,vote,claim,verify,chat,audit").split(","));
const started = performance.now();
const say = (text) => console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
}
const api = async (path) => {
  const response = await fetch(base + path);
  assert.ok(response.ok, `${path} answered ${response.status}`);
  return response.json();
};
async function shoot(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}
/** In both themes, and leaves the light one. */
async function shootThemes(page, name) {
  for (const colorScheme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    await shoot(page, `${name}-${colorScheme}`);
  }
}
const visit = async (page, path) => {
  await page.goto(base + path);
  await settled(page);
};

async function connect(page) {
  await page.getByRole("button", { name: /^Connect/ }).first().click();
  await page.getByRole("button", { name: WALLET_NAME }).click();
  await page.locator('[data-testid=account][data-status=connected]').waitFor();
}

/** Connects, declines the first signature, then signs in. */
async function signIn(page, wallet) {
  await connect(page);
  const dialog = page.getByRole("dialog");
  wallet.state.rejectNext = true;
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await dialog.getByText("You declined the signature").waitFor();
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await page.locator("[data-testid=account][data-signed-in=true]").waitFor();
}

async function label(page, wallet) {
  await visit(page, "/label");
  await signIn(page, wallet);
  say("signed in, after declining once");
  const authorise = page.getByRole("button", { name: "Authorise and start" });
  await authorise.waitFor();
  await shoot(page, "label-preparation");
  const stake = page.getByRole("button", { name: /^Stake / });
  if ((await stake.count()) > 0) {
    await stake.click();
    await page.waitForFunction(() => [...document.querySelectorAll("button")].some((b) => b.textContent === "Authorise and start" && !b.disabled));
    say("staked in one transaction");
  }
  await authorise.click();
  const task = page.locator("[data-task]");
  await task.waitFor();
  await shootThemes(page, "label");
  const before = await task.getAttribute("data-task");
  await page.keyboard.press("1");
  await page.getByTestId("receipt").getByText("Saved: A is better").waitFor();
  assert.notEqual(await task.getAttribute("data-task"), before, "the next task is shown");
  say("labeled by keyboard and got a receipt");

  const calls = wallet.state.calls.length;
  await page.getByRole("button", { name: /^B is better/ }).click();
  await page.getByTestId("receipt").getByText("Saved: B is better").waitFor();
  assert.ok(!wallet.state.calls.slice(calls).includes("eth_signTypedData_v4"), "the wallet is not asked for each answer");
  await page.reload();
  await page.locator("[data-testid=account][data-signed-in=true]").waitFor();
  await task.waitFor();
  say("a reload keeps wallet, session and session key");
  await answerIsFinal(page, task);
  await page.setViewportSize(NARROW);
  await shoot(page, "label-narrow");
}

/** An answer that did not reach the server comes back as it was given, also after a reload; another cannot be signed. */
async function answerIsFinal(page, task) {
  const preferences = "**/api/v1/preferences";
  const id = await task.getAttribute("data-task");
  await page.route(preferences, (route) => route.abort());
  await page.keyboard.press("2");
  const given = page.locator(`[data-task="${id}"]`).getByText("Answers are final");
  await given.waitFor();
  await shootThemes(page, "label-given");
  assert.deepEqual(await axe(page), []);
  await page.reload();
  await given.waitFor();
  await page.unroute(preferences);
  const [request] = await Promise.all([page.waitForRequest(preferences), page.keyboard.press("1")]);
  const { taskId, choice } = request.postDataJSON();
  assert.deepEqual([taskId, choice], [id, 1], "the first answer is sent");
  await page.getByTestId("receipt").getByText("Saved: B is better").waitFor();
  say("an answer that could not be sent was kept, and no other was signed");
}

async function vote(page, wallet) {
  const active = (await api("/api/v1/proposals")).find(({ state }) => state === "active");
  assert.ok(active, "a proposal is open for votes");
  await visit(page, "/proposals");
  await shootThemes(page, "proposals");
  await visit(page, `/proposals/${active.proposalId}`);
  await connect(page);
  await page.keyboard.press("Escape");
  await page.getByText("For", { exact: true }).last().waitFor();
  await page.locator("label", { hasText: /^For$/ }).click();
  await page.getByLabel(/Reason/).fill("Recomputed it in the browser; the numbers are right.");
  await shootThemes(page, "proposal");
  await page.getByRole("button", { name: "Cast vote" }).click();
  await page.getByText("Your vote is counted.").waitFor();
  const { votes } = await api(`/api/v1/proposals/${active.proposalId}`);
  const mine = votes.find(({ voter }) => voter.toLowerCase() === wallet.account.address.toLowerCase());
  assert.equal(mine?.support, 1, "the vote is on the chain and indexed");
  await shoot(page, "proposal-voted");
  say(`voted For on "${active.title}"`);
}

async function claim(page, wallet) {
  const path = `/api/v1/payouts/${wallet.account.address}`;
  const payout = await api(path);
  assert.ok(BigInt(payout.claimable) > 0n, "there is something to claim");
  await visit(page, "/earnings");
  await connect(page);
  await page.keyboard.press("Escape");
  await page.getByTestId("claimable").waitFor();
  const why = page.locator("details", { hasText: `Epoch ${payout.epoch}` }).locator("summary");
  await why.click();
  await page.getByText("Comparable shared tasks").first().waitFor();
  await page.getByRole("button", { name: "Recompute in this browser" }).first().click();
  await page.locator("[data-verdict=passed]").waitFor();
  await shootThemes(page, "earnings");
  await page.getByRole("button", { name: /^Claim / }).click();
  await page.getByText("Everything approved is claimed.").waitFor();
  const after = await api(path);
  assert.equal(after.claimed, payout.cumulative, "the chain paid all of it");
  assert.equal(after.claimable, "0");
  say(`claimed ${payout.claimable} wei`);
  await claimRewards(page, wallet);
}

/** Where a stream runs, it has earned something by now; without one the card says so. */
async function claimRewards(page, wallet) {
  const path = `/api/v1/accounts/${wallet.account.address}`;
  const before = (await api(path)).stake;
  const claim = page.getByRole("button", { name: /^Claim .* of rewards$/ });
  if (BigInt(before.rewardsEarned) === 0n) {
    await page.getByText("Nothing streams to stakers").waitFor();
    return say("no staking rewards stream yet");
  }
  await claim.click();
  await page.locator("[data-transaction=indexed]").last().waitFor();
  const after = (await api(path)).stake;
  assert.ok(BigInt(after.rewardsPaid) > BigInt(before.rewardsPaid), "the chain paid the rewards");
  say(`claimed ${BigInt(after.rewardsPaid) - BigInt(before.rewardsPaid)} wei of staking rewards`);
}

async function verify(page, wallet) {
  const { epoch } = await api(`/api/v1/payouts/${wallet.account.address}`);
  await visit(page, `/verify?epoch=${epoch}&account=${wallet.account.address}`);
  const check = async () => {
    await page.getByRole("button", { name: "Verify" }).click();
    await page.locator("[data-verdict]").waitFor();
    const steps = await page.locator("[data-step]").evaluateAll((items) => items.map((item) => [item.dataset.step, item.innerText]));
    return { steps, failed: steps.filter(([state]) => state !== "passed").map(([, text]) => text) };
  };
  const { steps, failed } = await check();
  await shootThemes(page, "verify");
  assert.deepEqual(failed, [], "every check passes");
  say(`${steps.length} checks of epoch ${epoch} passed in the browser`);
  await verifyLies(page, epoch, check);
}

/** The same with a server that changes one byte of the labels, and with a node that names another payouts root. */
async function verifyLies(page, epoch, check) {
  const blobs = "**/api/v1/blobs/*";
  await page.route(blobs, async (route) => {
    const body = await (await route.fetch()).body();
    body[body.length - 30] ^= 1;
    await route.fulfill({ body });
  });
  const altered = await check();
  await shoot(page, "verify-altered");
  assert.match(altered.failed[0], /The label file is the one committed[^]*The bundle hashes to/);
  await page.unrouteAll({ behavior: "wait" });

  const { payouts } = (await api("/api/v1/epochs")).find((candidate) => candidate.epoch === epoch);
  const root = payouts.payoutsRoot.slice(2);
  await page.route("**/rpc", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replaceAll(root, `${root.slice(0, -1)}${root.endsWith("0") ? 1 : 0}`) });
  });
  await page.setViewportSize(NARROW);
  const wrong = await check();
  await shootThemes(page, "verify-wrong");
  assert.match(wrong.failed.join("\n"), /Every account gets what the rule gives[^]*nobody can say which of them are wrong/);
  // The page goes on asking: an answer that is still being changed when the page closes would be an error of nobody.
  await page.unrouteAll({ behavior: "wait" });
  say("a changed file and a wrong root were noticed and named");
}

async function chat(page) {
  const { servedVersion } = await api("/api/v1/status");
  if (servedVersion === null) return say("no version is served; chat shows its empty state");
  await visit(page, "/chat");
  await page.getByLabel("Message").fill("Say something about the weather.");
  await page.keyboard.press("Enter");
  await page.getByText("written by").waitFor({ timeout: 120_000 });
  await page.getByRole("button", { name: "Send" }).waitFor({ timeout: 120_000 });
  assert.equal(await page.getByRole("button", { name: /^Version/ }).getAttribute("title"), `${servedVersion} (copy)`);
  await shoot(page, "chat");
  say("the served version answered under its own id");
}

/** Every page that can be reached, with one example of those that show a single thing. */
async function routes() {
  const [proposal] = await api("/api/v1/proposals");
  const version = (await api("/api/v1/models")).flatMap(({ versions }) => versions).at(-1);
  const [epoch] = await api("/api/v1/epochs");
  const single = [epoch && `/epochs/${epoch.epoch}`, proposal && `/proposals/${proposal.proposalId}`, version && `/models/${version.versionId}`].filter(Boolean);
  const plain = ["/", "/label", "/earnings", "/proposals", "/delegates", "/treasury", "/models", "/chat", "/datasets", "/verify", "/admin", "/nowhere"];
  return [...plain, ...single];
}

async function audit(page) {
  const found = [];
  const list = await routes();
  for (const path of list) {
    await page.setViewportSize({ width: 1280, height: 860 });
    await visit(page, path);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
      for (const violation of await axe(page)) found.push(`${path} ${colorScheme} ${violation}`);
      await shoot(page, `page${path.replace(/0x[0-9a-f]+|\d{20,}/g, "one").replace(/\W+/g, "-")}-${colorScheme}`);
    }
    await page.setViewportSize(NARROW);
    const wider = await overflow(page);
    if (wider > 0) found.push(`${path} is ${wider} px wider than a ${NARROW.width} px window`);
    for (const violation of await axe(page)) found.push(`${path} narrow ${violation}`);
  }
  assert.deepEqual(found, []);
  say(`${list.length} routes: no axe violation in light, dark and narrow, no sideways scrolling`);
}

const STEPS = [
  ["label", "LABELER_KEY", label],
  ["vote", "VOTER_KEY", vote],
  ["claim", "LABELER_KEY", claim],
  ["verify", "LABELER_KEY", verify],
  ["chat", null, chat],
  ["audit", null, audit],
];

const { chainId } = await api("/config.json");
const browser = await launch();
say(`chromium ${browser.version()}`);
let failed = false;
for (const [name, key, step] of STEPS) {
  if (!chosen.has(name)) continue;
  const { context, page, wallet, escaped, errors } = await openContext(browser, { base, chainId, privateKey: key ? required(key) : undefined });
  try {
    await step(page, wallet);
    assert.deepEqual(escaped, [], "the page asks no other host for anything");
    assert.deepEqual(errors, [], "no script fails");
  } catch (error) {
    failed = true;
    console.error(`step "${name}" failed:`, error);
    await shoot(page, `failed-${name}`);
  } finally {
    await context.close();
  }
}
await browser.close();
say(failed ? "FAILED" : "OK");
process.exit(failed ? 1 : 0);
