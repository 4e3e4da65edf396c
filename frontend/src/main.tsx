import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { WagmiProvider } from "wagmi";
import { Problem } from "./api/problem";
import { restoreSession } from "./api/session";
import { loadConfig } from "./config";
import { describeError } from "./errors";
import { ConfigContext } from "./hooks/useConfig";
import { applyTheme } from "./hooks/useTheme";
import { router } from "./router";
import "./styles.css";
import { createWalletConfig } from "./wallet";

const RETRIES = 2;
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // An answer of the server is final; only a failure to reach it, or its own fault, is worth another try.
      retry: (count, error) => count < RETRIES && !(error instanceof Problem && error.status >= 400 && error.status < 500),
    },
  },
});

/** `/config.json` decides chain and addresses, so nothing is rendered before it. */
async function start(container: HTMLElement): Promise<void> {
  applyTheme();
  const root = createRoot(container);
  try {
    const config = await loadConfig();
    restoreSession();
    root.render(
      <StrictMode>
        <ConfigContext value={config}>
          <WagmiProvider config={createWalletConfig(config)}>
            <QueryClientProvider client={queries}>
              <RouterProvider router={router} />
            </QueryClientProvider>
          </WagmiProvider>
        </ConfigContext>
      </StrictMode>,
    );
  } catch (error) {
    root.render(
      <main className="mx-auto max-w-lg p-8">
        <h1 className="text-2xl">Polity is not reachable</h1>
        <p className="mt-2">{describeError(error)} Check that the server is running, then reload this page.</p>
      </main>,
    );
  }
}

void start(document.getElementById("root")!);
