// The console's built files as a C++ source: each packed by gzip beside it, drawn into a section of its own at the end of the read-only
// data, and a table of them (src/admin/console.hpp).
//
//   node embed.mjs OUT [FILES]      without FILES: a table of none
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";

const kTypes = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
};

const [out, files] = process.argv.slice(2);

function below(folder) {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? below(path) : [path];
  });
}

function packed(path) {
  const content = readFileSync(path);
  const name = relative(files, path).split("\\").join("/");
  const type = kTypes[name.split(".").pop()];
  if (!type) throw new Error(`${name}: no content type is known for it`);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16);
  return { url: name === "index.html" ? "/" : "/" + name, type, hash, content, named_by_content: name.startsWith("assets/") };
}

const table = files ? below(files).map(packed) : [];
const folder = join(out, "packed");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const lines = ["// Written by console/embed.mjs.", '#include "admin/console.hpp"', ""];
table.forEach((file, number) => {
  const gzip = gzipSync(file.content, { level: 9 });
  const path = join(folder, file.hash + ".gz");
  writeFileSync(path, gzip);
  // In 64 KiB of its own: the kernel maps so much around what is read, and a start reads what lies before it.
  lines.push(
    `__asm__(".section wharf_console,\\"a\\",@progbits\\n.balign ${number === 0 ? 65536 : 1}\\n.globl wharf_console_${number}\\n"`,
    `        ".hidden wharf_console_${number}\\nwharf_console_${number}:\\n.incbin ${JSON.stringify(JSON.stringify(path)).slice(1, -1)}\\n.previous\\n");`,
    `extern "C" __attribute__((visibility("hidden"))) const std::byte wharf_console_${number}[${gzip.length}];`,
  );
});
lines.push("", "std::span<const wharf::admin::ConsoleFile> wharf::admin::console_files() {");
if (table.length === 0) {
  lines.push("  return {};");
} else {
  lines.push("  static constexpr ConsoleFile kFiles[] = {");
  table.forEach((file, number) => {
    const facts = [file.url, file.type, `"${file.hash}"`].map((text) => JSON.stringify(text)).join(", ");
    lines.push(`    {${facts}, wharf_console_${number}, ${file.content.length}, ${file.named_by_content}},`);
  });
  lines.push("  };", "  return kFiles;");
}
lines.push("}", "");
writeFileSync(join(out, "console_files.cpp"), lines.join("\n"));
