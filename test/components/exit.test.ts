import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { egressPrice, leaving } from "../../catalogue/exit.ts";
import { tiered } from "../../components/exit/egress.ts";
import { planMarkdown } from "../../components/exit/markdown.ts";
import { spanText, transferSeconds } from "../../components/exit/quantity.ts";
import { exitPlan } from "../../components/exit.ts";
import { hallModels, hallStorage, inHall, moving, onAws, onAzure, tenants } from "./exit/sides.ts";

const weights = (plan: ReturnType<typeof exitPlan>) => plan.volumes.find(({ what }) => what.startsWith("weights"))!;
const steps = (plan: ReturnType<typeof exitPlan>) =>
  plan.phases.flatMap(({ name, steps }) => steps.map(({ title }) => `${name}: ${title}`));
const everything = (plan: ReturnType<typeof exitPlan>) => JSON.stringify(plan);

describe("the plan for leaving AWS for a smaller hall", () => {
  const plan = exitPlan(moving(onAws(), inHall(), { recordsGiB: 200, gbps: 10 }));

  it("counts what stays the same", () => {
    expect(plan.stays).toEqual({
      tenants: ["kanton", "bank"],
      keys: 3,
      models: ["apertus-8b"],
      baseUrls: ["https://kanton.ai.alpen-ai.example/v1", "https://bank.ai.alpen-ai.example/v1"],
    });
  });

  it("says what differs, and what clients notice of it", () => {
    const by = Object.fromEntries(plan.differs.map(({ path, clients }) => [path, clients]));
    expect(by["models.apertus-8b.contextTokens"]).toBe(
      "prompts and answers beyond 8,192 tokens together are refused with 400",
    );
    expect(by["models.apertus-8b.replicas"]).toContain("less room");
    expect(by["models.apertus-8b.accelerator"]).toBe("another pace");
    expect(by["gateway.certificate"]).toContain("hand out the new one");
    expect(Object.keys(by).filter((path) => path.startsWith("tenants."))).toEqual([]);
  });

  it("has weights from the catalogue, records as measured, and the time that both take", () => {
    expect(weights(plan)).toMatchObject({ leaves: true, atMost: false });
    expect(weights(plan).gib).toBeCloseTo(15.0, 0);
    expect(plan.transfer.gib).toBeCloseTo(200 + weights(plan).gib!, 6);
    expect(plan.transfer.seconds).toBe(transferSeconds(plan.transfer.gib, 10));
    // 215 GiB are 1,847 Gbit.
    expect(plan.transfer.seconds).toBeGreaterThan(184);
    expect(plan.transfer.seconds).toBeLessThan(186);
  });

  it("costs what the region's first tier makes of it, less what is free, and says how sure that is", () => {
    expect(plan.egress.cost).toBeCloseTo((plan.transfer.gib - 100) * 0.09, 6);
    expect(plan.egress).toMatchObject({ currency: "USD", atMost: true, price: { verified: "partial" } });
    expect(plan.egress.laws).toEqual([]);
  });

  it("goes in an order in which nothing is lost: budgets come from records that are there before the name changes", () => {
    expect(plan.phases.map(({ name }) => name)).toEqual([
      "prepare",
      "copy",
      "restore",
      "compare",
      "switch",
      "after",
      "leave",
    ]);
    const all = steps(plan);
    const at = (text: string) => all.findIndex((each) => each.includes(text));
    const order = [
      "key seed",
      "Bring the hall up",
      "Back the records up",
      "Copy the backup",
      "come from the backup",
      "Compare keys",
      "since the backup",
      "Change the name",
      "Wait for the streams",
      "Close the cloud's door",
      "last records",
      "Erase",
      "End the keys",
      "Forget",
    ].map(at);
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it("gives each step a way to verify it and a way back, and no way back after data was erased", () => {
    for (const { steps } of plan.phases)
      for (const each of steps) {
        expect(each.verify.length, each.title).toBeGreaterThan(10);
        expect(each.back.length, each.title).toBeGreaterThan(3);
      }
    const leave = plan.phases.at(-1)!.steps;
    expect(leave.slice(1).every(({ back }) => back.startsWith("none"))).toBe(true);
    expect(
      plan.phases
        .slice(0, -1)
        .flatMap(({ steps }) => steps)
        .some(({ back }) => back.startsWith("none")),
    ).toBe(false);
  });

  it("carries the key seed through a pipe, and never onto a command line or a screen", () => {
    const seed = plan.phases[0]!.steps.find(({ title }) => title.includes("key seed"))!;
    expect(seed.commands[1]).toBe(
      "set -o pipefail; npx pulumi config get freehold:keySeed -s ch-aws | npx pulumi config set --secret freehold:keySeed -s ch",
    );
    const reads = everything(plan).match(/config get freehold:keySeed -s [\w-]+ \| (\w+)/g) ?? [];
    expect(reads.map((each) => each.split("| ")[1]).toSorted()).toEqual(["npx", "sha256sum", "sha256sum"]);
    expect(everything(plan).match(/config get freehold:keySeed/g)).toHaveLength(reads.length);
  });

  it("says what a tenant can use beyond its budget and its day, because two doors answer for a while", () => {
    expect(plan.beyond).toEqual({
      overlapMinutes: 15,
      budgets: [{ tenant: "bank", tokens: 15 * 200_000 }],
      days: [{ tenant: "bank", tokens: 50_000_000 }],
    });
    expect(plan.downtime.seconds).toBe(0);
  });

  it("names the stores of the cloud as they are, and writes no backup of the hall into the cloud's", () => {
    const copies = plan.phases.find(({ name }) => name === "copy")!.steps.flatMap(({ commands }) => commands);
    expect(copies).toContain("rclone copy cloud:111122223333-freehold-ch-weights/apertus-8b hall:weights/apertus-8b");
    expect(copies).toContain(
      "rclone copy --max-age 24h cloud:111122223333-freehold-ch-backups/records hall:backups/records",
    );
    expect(everything(plan)).toMatch(/cluster records-[0-9a-f]{6}/);
  });

  it("erases only in the last phase", () => {
    const erasing = plan.phases.filter((phase) => JSON.stringify(phase).includes("erase: [everything]"));
    expect(erasing.map(({ name }) => name)).toEqual(["leave"]);
  });

  it("has commands that a shell takes as they stand", () => {
    const commands = plan.phases.flatMap(({ steps }) => steps.flatMap(({ commands }) => commands));
    const read = (text: string) => spawnSync("bash", ["-n"], { input: text, encoding: "utf8" });
    const { status, stderr } = read(commands.join("\n"));
    expect([status, stderr]).toEqual([0, ""]);
    expect(commands.length).toBeGreaterThan(20);
    expect(read("echo $(").status).not.toBe(0);
    expect(commands.join("\n")).not.toMatch(/<(the|a) /);
  });

  it("reads as one page, with every step in it", () => {
    const page = planMarkdown(plan);
    for (const { steps } of plan.phases) for (const { title } of steps) expect(page).toContain(title);
    expect(page).toContain("Expected downtime: 0 s.");
    expect(page).not.toMatch(/undefined|NaN|\[object/);
  });
});

describe("a plan", () => {
  it("copies no weights that the hall takes from the registry, and none that stand beside the cloud", () => {
    const image = exitPlan(moving(onAws(), inHall({ models: hallModels({ weights: { from: "image" } }) })));
    expect(weights(image)).toMatchObject({ leaves: false, how: expect.stringContaining("registry.alpen-ai.example") });
    expect(image.differs.find(({ path }) => path.endsWith("weights.from"))?.clients).toContain("were not compared");
    const registry = "registry.alpen-ai.example";
    const azure = exitPlan(
      moving(onAzure({ registry }), inHall({ models: hallModels({ weights: { from: "image" } }) })),
    );
    expect(weights(azure).leaves).toBe(false);
    // Without another registry they are in that of the cloud.
    expect(
      weights(exitPlan(moving(onAzure(), inHall({ models: hallModels({ weights: { from: "image" } }) })))).leaves,
    ).toBe(true);
    const objects = { kind: "s3", endpoint: "https://s3.alpen-ai.example" };
    const beside = exitPlan(
      moving(
        onAws({ storage: hallStorage({ objects, records: undefined }) }),
        inHall({ storage: hallStorage({ objects }) }),
      ),
    );
    expect(weights(beside).leaves).toBe(false);
  });

  it("brings a hall with a store of its own up after the copy, so that its database finds the backup", () => {
    const objects = { kind: "s3", endpoint: "https://s3.alpen-ai.example" };
    const all = steps(exitPlan(moving(onAws(), inHall({ storage: hallStorage({ objects }) }))));
    const ups = all.filter((each) => each.includes("Bring the hall up"));
    expect(ups).toEqual(["restore: Bring the hall up beside the cloud"]);
  });

  it("moves no records where both sides use one database, and then no budget can be overdrawn", () => {
    const records = { kind: "postgres", host: "db.alpen-ai.example" };
    const cloud = onAws({ storage: { keys: { kind: "cloud" }, objects: { kind: "cloud" }, records } });
    const plan = exitPlan(moving(cloud, inHall({ storage: hallStorage({ records }) })));
    expect(steps(plan).filter((each) => /backup|records/i.test(each))).toEqual([]);
    expect(plan.beyond.budgets).toEqual([]);
  });

  it("dumps into a database that is there, with the sums and not through what counts them", () => {
    const records = { kind: "postgres", host: "db.alpen-ai.example" };
    const plan = exitPlan(moving(onAws(), inHall({ storage: hallStorage({ records }) }), { recordsGiB: 3 }));
    const [dump] = plan.phases.find(({ name }) => name === "restore")!.steps.at(-1)!.commands;
    expect(dump).toContain("pg_dump --data-only --disable-triggers");
    expect(dump).toContain("TRUNCATE usage_records, usage_by_quarter_hour, record_days, refused_lines");
    expect(plan.volumes.find(({ what }) => what === "usage records")).toMatchObject({
      gib: 3,
      leaves: true,
      atMost: false,
    });
  });

  it("names each side's state where they differ", () => {
    const state = { backend: "file:///srv/hall/state", secretsProvider: "passphrase" };
    const text = everything(exitPlan(moving(onAws(), inHall({ state }))));
    expect(text).toContain(
      "PULUMI_BACKEND_URL=file:///srv/freehold/state npx pulumi config get freehold:keySeed -s ch-aws",
    );
    expect(text).toContain("PULUMI_BACKEND_URL=file:///srv/hall/state npx pulumi config set --secret");
  });

  it("says that nothing leads out of a cloud whose file names no callers", () => {
    const connect = (plan: ReturnType<typeof exitPlan>) =>
      plan.phases[0]!.steps.find(({ title }) => title.startsWith("Connect"))!.does;
    expect(connect(exitPlan(moving(onAzure(), inHall())))).toContain("It names none now");
    expect(connect(exitPlan(moving(onAws(), inHall())))).toContain("It names 10.10.0.0/16 now");
  });

  it("lists what tenants have in their workspaces, for them to copy", () => {
    const more = { tenants: tenants({ kanton: { workspace: { storageGiB: 500 } } }) };
    const plan = exitPlan(moving(onAws(more), inHall(more)));
    expect(plan.volumes).toContainEqual(expect.objectContaining({ gib: 500, atMost: true, leaves: true }));
    expect(steps(plan)).toContain("copy: Let tenants copy what is in their workspaces");
  });

  it("estimates records from what limits allow, and never more than the database has room for", () => {
    const bank = { bank: { budget: { tokensPerMonth: 500_000_000 }, tokensPerDay: 50_000_000, recordDays: 300 } };
    const of = (values: Record<string, unknown>) => {
      const plan = exitPlan(moving(onAws({ tenants: values }), inHall({ tenants: values })));
      return plan.volumes.find(({ what }) => what === "usage records")!;
    };
    // 500,000 requests a month for ten months, at 340 bytes.
    expect(of(bank).gib).toBeCloseTo((500_000 * 10 * 340) / 2 ** 30, 6);
    expect(of({ kanton: { recordDays: 3_000 } })).toMatchObject({ gib: 50, atMost: true });
  });
});

describe("egress", () => {
  const tiers = [
    { to_gib: 10_240, each: 0.15 },
    { to_gib: 51_200, each: 0.138 },
    { to_gib: 153_600, each: 0.126 },
    { each: 0.114 },
  ];
  const cost = (gib: number) => tiered(gib, tiers).lines.reduce((sum, line) => sum + line.cost, 0);

  it("prices each gigabyte by the tier it falls into, as AWS' own list for São Paulo does", () => {
    expect(cost(50 * 1024)).toBeCloseTo(7_188.48, 2);
    expect(cost(200 * 1024)).toBeCloseTo(25_927.68, 2);
    expect(cost(0)).toBe(0);
  });

  it("takes the last price that is known for what is beyond, and says that it is the most", () => {
    const { lines, beyond } = tiered(20_000, [{ to_gib: 10_240, each: 0.09 }]);
    expect([lines, beyond]).toEqual([[{ gib: 20_000, each: 0.09, cost: 1_800 }], true]);
    expect(tiered(10_240, [{ to_gib: 10_240, each: 0.09 }]).beyond).toBe(false);
    expect(tiered(1e6, tiers).beyond).toBe(false);
  });

  it("is not guessed for a region whose price nobody read", () => {
    expect(egressPrice(leaving("aws"), "eusc-de-east-1")).toBeUndefined();
    const law = { country: "DE", operator: { name: "Alpen AI", domain: "alpen-ai.example" } };
    const target = {
      kind: "aws",
      region: "eusc-de-east-1",
      account: "111122223333",
      operators: ["arn:aws-eusc:iam::111122223333:role/x"],
    };
    const plan = exitPlan(
      moving(onAws({ ...law, target }), inHall({ ...law, target: { kind: "onprem", context: "a", place: "DE" } })),
    );
    expect(plan.egress.cost).toBeUndefined();
    expect(planMarkdown(plan)).toContain("The price of egress from eusc-de-east-1 is not in the catalogue.");
  });

  it("may be lowered by law where the country has one, as that law stands on the day", () => {
    const german = { country: "DE", operator: { name: "Alpen AI", domain: "alpen-ai.example" } };
    const target = {
      kind: "aws",
      region: "eu-central-1",
      account: "111122223333",
      operators: ["arn:aws:iam::111122223333:role/x"],
    };
    const [cloud, hall] = [
      onAws({ ...german, target }),
      inHall({ ...german, target: { kind: "onprem", context: "a", place: "DE" } }),
    ];
    const articles = (on: string) =>
      exitPlan(moving(cloud, hall, { on })).egress.laws.flatMap(({ duties }) => duties.map(({ article }) => article));
    expect(articles("2026-11-22")).toEqual(["Art. 29(2), (3)", "Art. 29(1)", "Art. 25(2)"]);
    expect(articles("2027-01-12")).toEqual(["Art. 29(1)", "Art. 25(2)"]);
    expect(planMarkdown(exitPlan(moving(cloud, hall)))).toContain("2023/2854");
  });
});

it("says spans of time in units that fit", () => {
  expect([45, 119, 120, 7_140, 7_200, 12_060, 360_000].map(spanText)).toEqual([
    "45 s",
    "119 s",
    "2 min",
    "119 min",
    "2 h",
    "3 h 21 min",
    "100 h",
  ]);
  expect(transferSeconds(1, 1)).toBe(9);
});
