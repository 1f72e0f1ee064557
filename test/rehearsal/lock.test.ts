import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Holder, startOf, withLock } from "../../rehearsal/lock.ts";
import { scratch, start, until } from "./workbench.ts";

const holder = (about: Partial<Holder>): string =>
  JSON.stringify({
    pid: process.pid,
    started: startOf(process.pid),
    host: hostname(),
    since: "2026-01-01T00:00:00Z",
    ...about,
  });

test("work runs under the lock, and the lock is gone afterwards, also when the work fails", async () => {
  using bench = scratch();
  const path = join(bench.folder, "a", "lock");
  expect(await withLock(path, async () => existsSync(path))).toBe(true);
  expect(existsSync(path)).toBe(false);
  await expect(withLock(path, async () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(existsSync(path)).toBe(false);
});

test("a second one waits for the first, and is told for whom", async () => {
  using bench = scratch();
  const path = join(bench.folder, "lock");
  const order: string[] = [];
  let waitedFor: Holder | undefined;
  let release = () => {};
  const first = withLock(path, async () => {
    order.push("first begins");
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    order.push("first ends");
  });
  await until("the first holds the lock", () => order.length === 1);
  const second = withLock(path, async () => void order.push("second"), {
    onWait: (who) => {
      waitedFor = who;
      release();
    },
  });
  await Promise.all([first, second]);
  expect(order).toEqual(["first begins", "first ends", "second"]);
  expect(waitedFor?.pid).toBe(process.pid);
});

test("the lock of a process that is dead is taken over", async () => {
  using bench = scratch();
  const path = join(bench.folder, "lock");
  const { child, ended } = start("");
  await ended;
  writeFileSync(path, holder({ pid: child.pid!, started: "long ago" }));
  expect(await withLock(path, async () => "taken over", { onWait: failWaiting })).toBe("taken over");
});

test("the lock of a dead process whose number was given to another is taken over", async () => {
  using bench = scratch();
  const path = join(bench.folder, "lock");
  writeFileSync(path, holder({ started: "before this process" }));
  expect(await withLock(path, async () => "taken over", { onWait: failWaiting })).toBe("taken over");
});

test("a lock that nobody can read is taken over", async () => {
  using bench = scratch();
  const path = join(bench.folder, "lock");
  writeFileSync(path, '{"pid":');
  expect(await withLock(path, async () => "taken over", { onWait: failWaiting })).toBe("taken over");
});

test("the lock of another machine is respected as long as it is refreshed", async () => {
  using bench = scratch();
  const path = join(bench.folder, "lock");
  writeFileSync(path, holder({ host: "another-machine", pid: 1 }));
  let waited = false;
  const work = withLock(path, async () => "mine", {
    onWait: () => {
      waited = true;
      setTimeout(() => writeFileSync(path, holder({ started: "dead" })), 50);
    },
  });
  expect(await work).toBe("mine");
  expect(waited).toBe(true);
});

test("of many that find a dead lock at once, one at a time goes in", async () => {
  using bench = scratch();
  const [path, count] = [join(bench.folder, "lock"), join(bench.folder, "count")];
  writeFileSync(path, holder({ started: "dead" }));
  writeFileSync(count, "0");
  const one = `
    import { readFileSync, writeFileSync } from "node:fs";
    import { withLock } from "root:rehearsal/lock.ts";
    await withLock(${JSON.stringify(path)}, async () => {
      const before = Number(readFileSync(${JSON.stringify(count)}, "utf8"));
      await new Promise((resolve) => setTimeout(resolve, 30));
      writeFileSync(${JSON.stringify(count)}, String(before + 1));
    });`;
  const ends = await Promise.all(Array.from({ length: 6 }, () => start(one).ended));
  expect(ends.map(({ code, err }) => ({ code, err }))).toEqual(Array.from({ length: 6 }, () => ({ code: 0, err: "" })));
  expect(readFileSync(count, "utf8")).toBe("6");
});

test("who finds a dead lock does not remove the lock of another who took it over in the meantime", async () => {
  using bench = scratch();
  const path = join(bench.folder, "lock");
  writeFileSync(path, holder({ started: "dead" }));
  let entered = false;
  let waiting = false;
  let second = Promise.resolve();
  await withLock(`${path}.takeover`, async () => {
    const enter = async () => {
      entered = true;
    };
    const onWait = () => {
      waiting = true;
    };
    second = withLock(path, enter, { onWait });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(entered).toBe(false);
    writeFileSync(path, holder({ since: "just now" }));
  });
  await until("the second waits for the one who took it over", () => waiting);
  expect(entered).toBe(false);
  expect(readFileSync(path, "utf8")).toContain("just now");
  rmSync(path);
  await second;
  expect(entered).toBe(true);
});

test("a process is known by when it started, and not at all once it has ended", async () => {
  const { child, ended } = start("setInterval(() => {}, 1000)");
  expect(startOf(child.pid!)).toBeTypeOf("string");
  expect(startOf(child.pid!)).not.toBe(startOf(process.pid));
  child.kill("SIGKILL");
  await ended;
  expect(startOf(child.pid!)).toBeUndefined();
});

function failWaiting(): never {
  throw new Error("waited for a holder that is dead");
}
