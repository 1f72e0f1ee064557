import { leaving } from "../../../catalogue/exit.ts";
import type { Move } from "../move.ts";
import { recordsRoute } from "../records-route.ts";
import { quoted, type Shell } from "../shell.ts";
import { nothingChanged, type Phase, type Step, unnoticed } from "../step.ts";

/** Seconds for which names are remembered while the door is changed. */
export const ttlSeconds = 60;

/** What is done in the weeks and days before: nobody notices, and the cloud serves as before. */
export function prepare(move: Move, shell: Shell): Phase {
  const upNow = standsBeforeCopy(move) ? [standUp(move, shell)] : [];
  return {
    name: "prepare",
    steps: [announce(move), connect(move), fillRegistry(move), takeKeys(move, shell), ...upNow, shortenNames(move)],
  };
}

/** Whether the hall's stack makes the store that is copied into, so that it has to stand first. */
export function standsBeforeCopy(move: Move): boolean {
  return move.hall.country.storage?.objects.kind === "ceph" || recordsRoute(move) !== "restore";
}

/** The hall's stack, brought up. */
export function standUp({ hall, cloud }: Move, { pulumi, kubectl }: Shell): Step {
  const waits = hall.country.storage?.objects.kind === "ceph" && recordsRoute({ cloud, hall }) === "restore";
  return {
    id: "hall",
    title: "Bring the hall up beside the cloud",
    does: `Makes ${hall.stack} whole, with a state of its own. No name leads to it, so nobody calls it.${
      waits
        ? " Its database looks for the backup that is copied next; what waits for it, such as budgets, may end the update with an error."
        : ""
    }`,
    commands: [pulumi(hall, "up")],
    takes: "not known from here: as long as the hall's nodes take to pull images and load weights",
    clients: unnoticed,
    verify: waits
      ? `${kubectl(hall, "get cephobjectstore,objectbucketclaim -A")} shows the store ready and both buckets bound`
      : `${kubectl(hall, "get pods -A")} shows model servers and proxies ready; a second up changes nothing`,
    back: `${pulumi(hall, "destroy")}; the cloud knows nothing of it`,
  };
}

function announce({ cloud, hall }: Move): Step {
  const { provider, offer } = leaving(cloud.country.target.kind);
  const root =
    hall.country.gateway.certificate.from === "issuer"
      ? " Tenants get the hall's root certificate as soon as it is there (step of the comparison), and trust both for a while."
      : "";
  return {
    id: "announce",
    title: "Announce it",
    does: `Tell ${provider} before the first byte leaves, with how much it is: what it gives back, it gives for what was announced. ${offer.says} Tell the tenants the day.${root} From the first import to the last, nobody changes tenants, keys or budgets on either side.`,
    commands: [],
    takes: "days to weeks; contracts may ask for notice",
    clients: unnoticed,
    verify: `${provider}'s answer, in writing`,
    back: nothingChanged,
  };
}

function connect({ cloud, gbps }: Move): Step {
  const { callers } = cloud.country.target.network;
  const open =
    callers.length > 0
      ? `It names ${callers.join(", ")} now.`
      : "It names none now: nothing outside reaches the cloud's network.";
  return {
    id: "line",
    title: "Connect the hall with the cloud's network",
    does: `A line between both (VPN or a private one), by which the copies go: the cloud's stores answer inside their own network alone. A machine in it has rclone with two remotes: cloud, by a role that may read, and hall, by a key that may write. freehold:target.network.callers of ${cloud.stack} has to name the hall's network. ${open}`,
    commands: [],
    takes: "as the line's provider says",
    clients: unnoticed,
    verify: `a copy of 1 GiB of anything takes ${Math.ceil((2 ** 33 / 1e9 / gbps) * 10) / 10} s where the line carries ${gbps} Gbit/s; with another figure, plan again with --gbps`,
    back: nothingChanged,
  };
}

function fillRegistry({ cloud, hall }: Move): Step {
  const same = cloud.country.registry === hall.country.registry;
  return {
    id: "registry",
    title: "Fill the hall's registry",
    does: `${hall.country.registry} has to hold every chart, image and packed weight of the hall.${
      same
        ? " It is the cloud's too, so what both use is there already."
        : " They come from their publishers, not out of the cloud."
    }`,
    commands: [`npx freehold images ${hall.stack}`],
    takes: "not known from here: sizes of images are not in the catalogue",
    clients: unnoticed,
    verify: "each name that is listed can be pulled",
    back: nothingChanged,
  };
}

/** Keys come from the seed: the hall gets the same one through a pipe, and nobody sees it. */
function takeKeys({ cloud, hall }: Move, { pulumi }: Shell): Step {
  const { secretsProvider } = hall.country.state;
  const get = pulumi(cloud, "config get freehold:keySeed");
  return {
    id: "key-seed",
    title: "Give the hall the same key seed",
    does: "Every tenant's key comes from it, and so do the database's passwords. It goes from one secret into the other through a pipe: no file, no screen, no shell history has it. Two passphrases go by PULUMI_CONFIG_PASSPHRASE_FILE before each command.",
    commands: [
      pulumi(hall, `stack init --secrets-provider ${quoted(secretsProvider)}`),
      `set -o pipefail; ${get} | ${pulumi(hall, "config set --secret freehold:keySeed")}`,
    ],
    takes: "a minute",
    clients: unnoticed,
    verify: `the same sum twice: ${get} | sha256sum, and ${pulumi(hall, "config get freehold:keySeed")} | sha256sum`,
    back: pulumi(hall, "config rm freehold:keySeed"),
  };
}

function shortenNames({ cloud }: Move): Step {
  return {
    id: "ttl",
    title: "Shorten how long names are remembered",
    does: `In the zone of *.${cloud.country.gateway.host}: a TTL of ${ttlSeconds} s, at least as long before the switch as the old TTL is.`,
    commands: [`dig +noall +answer ${Object.keys(cloud.country.tenants)[0]}.${cloud.country.gateway.host}`],
    takes: "the old TTL",
    clients: unnoticed,
    verify: `the second column of the answer is ${ttlSeconds} or less`,
    back: "the old TTL",
  };
}
