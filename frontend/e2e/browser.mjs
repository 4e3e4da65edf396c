// A browser that reaches nothing but the platform under test, and a page in it whose errors fail the run.
import { chromium } from "playwright-core";
import { installWallet } from "./wallet.mjs";

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });

/**
 * @param {{ base: string, chainId: number, privateKey?: `0x${string}`, colorScheme?: "light" | "dark", viewport?: { width: number, height: number } }} options
 */
export async function openContext(browser, { base, chainId, privateKey, colorScheme = "light", viewport = { width: 1280, height: 860 } }) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
  context.setDefaultTimeout(30_000);
  const escaped = [];
  const { hostname } = new URL(base);
  await context.route(
    (url) => url.hostname !== hostname && url.protocol !== "data:",
    (route) => {
      escaped.push(route.request().url());
      return route.abort();
    },
  );
  const wallet = privateKey && (await installWallet(context, { privateKey, chainId, rpcUrl: `${base}/rpc` }));
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  return { context, page, wallet, escaped, errors };
}
