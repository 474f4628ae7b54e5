// Static files with hashed names, nothing inline: the server's Content-Security-Policy allows only what comes from itself.
import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2021",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      output: {
        // uPlot is loaded with the first page that draws something.
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  // `npm run dev` beside a broker: pages from here, answers from there.
  server: { proxy: { "/api": "http://127.0.0.1:15672", "/readyz": "http://127.0.0.1:15672", "/metrics": "http://127.0.0.1:15672" } },
});
