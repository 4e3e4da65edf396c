import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The backend that `pnpm dev` forwards to; the built page is served by the backend itself. */
const backend = process.env.POLITY_URL ?? "http://127.0.0.1:8080";
const forwarded = ["/api", "/rpc", "/v1", "/config.json"];

export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: { proxy: Object.fromEntries(forwarded.map((path) => [path, { target: backend, changeOrigin: false }])) },
  build: {
    target: "es2022",
    // Data: URLs would need a looser content security policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](\.pnpm[\\/])?(react|react-dom|scheduler)[@\\/]/ },
            { name: "tanstack", test: /node_modules[\\/](\.pnpm[\\/])?@tanstack/ },
          ],
        },
      },
    },
  },
  test: { environment: "jsdom", include: ["test/**/*.test.{ts,tsx}"] },
});
