import type { Job } from "./source.ts";
import { ToolchainError } from "./source.ts";

const again = "run `npx freehold setup` again: it goes on where it stopped";

/** What Go said, as a fault that tells the user what to do about it. */
export function goFault(what: string, where: string, said: string, job: Job): ToolchainError {
  const lines = said.split("\n").map((line) => line.trim());
  const mismatch = lines.findIndex((line) => /checksum mismatch/.test(line));
  if (mismatch >= 0) {
    return new ToolchainError({
      what,
      where,
      found: lines.slice(mismatch, mismatch + 3).join(" | "),
      remedy: `find out what stands between this machine and the Go module proxy (\`go env GOPROXY\`), which serves something else than was published; then ${again}`,
    });
  }
  // Names of packages that were compiled are one word; what is said in sentences is what went wrong.
  const found = lines
    .filter((line) => line.includes(" ") && !line.startsWith("go: downloading "))
    .slice(-4)
    .join(" | ");
  const offline =
    /dial tcp|no such host|connection refused|i\/o timeout|proxyconnect|TLS handshake|module lookup disabled/;
  return new ToolchainError({
    what,
    where,
    found: found || "it ended without a word",
    remedy: remedy(found, offline, job),
  });
}

function remedy(found: string, offline: RegExp, job: Job): string {
  if (found.includes("no space left")) {
    return `free some disk space (a build from nothing needs about ${job.catalogue.needs.diskGiB} GiB) or point FREEHOLD_CACHE at a larger disk, and ${again}`;
  }
  if (offline.test(found)) {
    return `set GOPROXY to a Go module proxy that can be reached, or FREEHOLD_MIRROR to a folder that holds the official files, and ${again}`;
  }
  return `${again}; \`npx freehold doctor\` looks at what builds need`;
}
