import { describe, expect, it } from "vitest";
import { type Answer, type Budget, standing } from "../../../components/ledger/programs/budget.ts";
import { clockIn, monthIn } from "../../../components/ledger/programs/days.ts";

const budget = (said: Partial<Budget> = {}): Budget => ({
  tokensPerMonth: 1_000_000,
  timeZone: "Europe/Zurich",
  warnAt: [80, 95],
  whenSpent: "stop",
  tokensPerMinute: 100_000,
  ...said,
});
const at = (text: string) => Date.parse(text);
const now = at("2026-11-20T12:00:00Z");
const november = at("2026-10-31T23:00:00Z");
const state = (used: number | undefined, silentSeconds = 0, said: Partial<Budget> = {}, since = november - 1) => {
  const answer: Answer | undefined =
    used === undefined ? undefined : { used, from: november, at: now - silentSeconds * 1000 };
  return standing(budget(said), answer, since, now).state;
};

describe("a month", () => {
  it.each([
    ["Europe/Zurich", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z"],
    ["Asia/Kathmandu", "2026-10-31T18:15:00Z", "2026-11-30T18:15:00Z"],
    ["Australia/Lord_Howe", "2026-10-31T13:00:00Z", "2026-11-30T13:00:00Z"],
    ["America/Havana", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"],
    ["UTC", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"],
  ])("of %s begins and ends by its clock", (zone, from, to) => {
    expect(monthIn(zone, now)).toEqual({ from: at(from), to: at(to) });
    expect(monthIn(zone, at(from))).toEqual({ from: at(from), to: at(to) });
    expect(monthIn(zone, at(from) - 1).to).toBe(at(from));
    expect(monthIn(zone, at(to)).from).toBe(at(to));
  });

  it("of half an hour's summer time is as long as the clock makes it", () => {
    const hours = (moment: string) => {
      const { from, to } = monthIn("Australia/Lord_Howe", at(moment));
      return (to - from) / 3_600_000;
    };
    expect(hours("2026-10-15T00:00:00Z")).toBe(31 * 24 - 0.5);
    expect(hours("2026-04-15T00:00:00Z")).toBe(30 * 24 + 0.5);
  });

  it("is told by the clock of its zone, with what that is ahead", () => {
    expect(clockIn("Asia/Kathmandu", at("2026-11-30T18:15:00Z"))).toBe("2026-12-01T00:00:00+05:45");
    expect(clockIn("America/St_Johns", at("2026-12-01T03:30:00Z"))).toBe("2026-12-01T00:00:00-03:30");
    expect(clockIn("UTC", at("2026-12-01T00:00:00Z"))).toBe("2026-12-01T00:00:00+00:00");
  });
});

describe("a budget", () => {
  it("is open, warned of and spent by what the ledger says", () => {
    expect([0, 799_999, 800_000, 999_999, 1_000_000, 5_000_000].map((used) => state(used))).toEqual([
      "open",
      "open",
      "warned",
      "warned",
      "spent",
      "spent",
    ]);
  });

  it("goes on where the contract says so, whether the ledger answers or not", () => {
    expect(state(1_000_000, 0, { whenSpent: "overage" })).toBe("over");
    expect(state(999_999, 3600, { whenSpent: "overage" })).toBe("warned");
    expect(state(undefined, 0, { whenSpent: "overage" }, now - 3_600_000)).toBe("open");
  });

  it("closes when the ledger has been silent for as long as it could have taken to spend it, and not before", () => {
    // It is noon: since 11:55:00 six minutes of the clock were touched, since the second before it seven.
    expect(state(300_000, 300)).toBe("open");
    expect(state(300_000, 301)).toBe("unread");
    // A round that takes its time is no silence.
    expect(state(950_000, 25)).toBe("warned");
    expect(state(950_000, 31)).toBe("unread");
    expect(state(1_000_000, 3600)).toBe("spent");
  });

  it("of which nothing was ever heard is left as it is for a minute, and closed then", () => {
    expect(state(undefined, 0, {}, now - 59_000)).toBe("awaited");
    expect(state(undefined, 0, {}, now - 61_000)).toBe("unread");
  });

  it("renews with its month, whether the ledger says so or not", () => {
    const turn = at("2026-11-30T23:00:00Z");
    const spent: Answer = { used: 2_000_000, from: november, at: turn - 10_000 };
    expect(standing(budget(), spent, november, turn - 1)).toMatchObject({ state: "spent", used: 2_000_000 });
    expect(standing(budget(), spent, november, turn)).toMatchObject({ state: "open", used: 0 });
    // Silent, it counts from the month's first moment.
    expect(standing(budget(), spent, november, turn + 539_000).state).toBe("open");
    expect(standing(budget(), spent, november, turn + 541_000).state).toBe("unread");
  });
});
