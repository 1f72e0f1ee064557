import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { countryName } from "../catalogue/index.ts";
import { type Country, loadCountry } from "../components/country.ts";
import { doorRuns } from "../rehearsal/door.ts";
import { type Home, homeOf } from "../rehearsal/home.ts";
import { chooseStack } from "./stacks.ts";
import { prometheusOf } from "./top/cluster.ts";
import { samplesOf } from "./top/door.ts";
import { type Reading, read } from "./top/figures.ts";
import { asking, fromPrometheus } from "./top/prometheus.ts";
import { fromScrapes, type Scrape } from "./top/scraped.ts";
import { textOf } from "./top/text.ts";

type Options = { once?: boolean; cluster?: boolean; json?: boolean };

/** Where numbers come from, and what tells the next ones. */
type Source = { from: string; next: () => Promise<Reading> };

const everyMs = 2000;

/** `freehold top`: who uses what, now: tenants, model servers, the gateway. */
export async function topCommand(named: string | undefined, options: Options): Promise<void> {
  const stack = chooseStack(named);
  const home = homeOf(stack);
  const isRehearsed = !options.cluster && doorRuns(home);
  const country = loadCountry(home.countryFile);
  const source = isRehearsed ? ofDoor(home, country) : await ofCluster(stack, country);
  const text = (reading: Reading, most?: number) =>
    textOf(
      { country: countryName(country.country), from: source.from, at: new Date() },
      reading,
      country.tenants,
      most,
    );
  if (options.json) return void process.stdout.write(`${JSON.stringify(plain(await source.next()), null, 2)}\n`);
  if (options.once || !process.stdout.isTTY) {
    return void process.stdout.write(`${text(await source.next()).join("\n")}\n`);
  }
  await show(async () => text(await source.next(), process.stdout.rows));
}

/** What the pods of a rehearsal's door tell, compared with what they told a moment ago. */
function ofDoor(home: Home, country: Country): Source {
  const look = async (): Promise<Scrape> => ({ at: performance.now(), samples: await samplesOf(home) });
  let earlier: Scrape | undefined;
  return {
    from: "rehearsed on this machine",
    next: async () => {
      if (!earlier) {
        earlier = await look();
        await sleep(everyMs);
      }
      const before = earlier;
      const now = await look();
      earlier = now;
      return read(country, (figure) => fromScrapes(figure, before, now));
    },
  };
}

/** What Prometheus tells, in the cluster of the country file's context. */
async function ofCluster(stack: string, country: Country): Promise<Source> {
  const ask = asking(await prometheusOf(stack, country));
  return {
    from: `context ${country.target.context}, the last two minutes`,
    next: () => read(country, (figure) => fromPrometheus(figure, ask)),
  };
}

/** The gateway's numbers are nobody's in particular. */
function plain({ tenants, models, gateway }: Reading): object {
  return { tenants, models, gateway: gateway[""] };
}

/** Shows lines on a screen of their own, and new ones in their place, until somebody ends it. */
async function show(lines: () => Promise<string[]>): Promise<never> {
  const out = process.stdout;
  const leave = () => out.write("\u001b[?25h\u001b[?1049l");
  const end = (code: number) => () => {
    leave();
    process.exit(code);
  };
  process.once("SIGINT", end(130));
  process.once("SIGTERM", end(143));
  out.write("\u001b[?1049h\u001b[?25l");
  try {
    while (true) {
      const began = Date.now();
      const shown = (await lines()).slice(0, out.rows - 1).map((line) => `${line}\u001b[K`);
      out.write(`\u001b[H${shown.join("\r\n")}\u001b[J`);
      await sleep(Math.max(0, everyMs - (Date.now() - began)));
    }
  } catch (error) {
    // Before it is told why it ended, on the screen that stays.
    leave();
    throw error;
  }
}
