import { type Leaving, leaving } from "../../../catalogue/exit.ts";
import type { CloudCountry, Move } from "../move.ts";
import type { Shell } from "../shell.ts";
import { type Phase, type Step, unnoticed } from "../step.ts";

const noWayBack = "none from here on";

/** The end of the cloud: what it held cannot be read any more, and what is left is known. */
export function leave(move: Move, shell: Shell): Phase {
  return {
    name: "leave",
    steps: [takeLogs(move), erase(move, shell), endKeys(move), lookRound(move), forget(move, shell)],
  };
}

/** Who has the keys of what the cloud stores, and when what they sealed is gone. */
export function keysOf({ target }: CloudCountry): Leaving["keys"][string] {
  const found = leaving(target.kind).keys[target.keys.kind];
  if (!found) throw new Error(`the catalogue does not say how keys of ${target.keys.kind} end`);
  return found;
}

function takeLogs({ cloud }: Move): Step {
  return {
    id: "keep",
    title: "Take along what has to be kept",
    does: "The audit log of the cloud, and older backups of the records, where a law or a contract asks for them. With the keys they are gone.",
    commands: [],
    takes: "as much as it is",
    clients: unnoticed,
    verify: `somebody signs that nothing more of ${cloud.stack} is needed`,
    back: "this is the last chance",
  };
}

function erase({ cloud }: Move, { pulumi }: Shell): Step {
  return {
    id: "erase",
    title: "Erase",
    does: `Write freehold:erase: [everything] into ${cloud.stack}'s file. The first command lifts the protection of data, the second deletes everything, with what is in it.`,
    commands: [pulumi(cloud, "up"), pulumi(cloud, "destroy")],
    takes: "not known from here; an hour is ordinary",
    clients: unnoticed,
    verify: `${pulumi(cloud, "stack")} lists no resources`,
    back: noWayBack,
  };
}

function endKeys({ cloud }: Move): Step {
  const { how, days, until, check } = keysOf(cloud.country);
  const alone = "Copies that the provider may still have are closed with them";
  return {
    id: "end-keys",
    title: "End the keys",
    does: `${how} ${alone}: ${until}`,
    commands: [],
    takes: days === 0 ? "at once" : `${days} days`,
    ...(days > 0 && { seconds: days * 86_400 }),
    clients: unnoticed,
    verify: check,
    back: noWayBack,
  };
}

function lookRound({ cloud }: Move): Step {
  const { provider, remains } = leaving(cloud.country.target.kind);
  const days = Math.max(0, ...remains.map((each) => each.days ?? 0));
  return {
    id: "look-round",
    title: `Look round at ${provider}`,
    does: [
      "What is still there when destroy is over:\n",
      ...remains.map(({ what, days, remedy }) => `- ${what}${days === undefined ? "" : ` (${days} days)`}: ${remedy}`),
    ].join("\n"),
    commands: [],
    takes: `${days} days until the last of it with a term is gone`,
    clients: unnoticed,
    verify: "the next invoice is of nothing",
    back: noWayBack,
  };
}

function forget({ cloud, hall }: Move, { pulumi }: Shell): Step {
  return {
    id: "forget",
    title: "Forget the cloud",
    does: `The stack and its file go, with the key seed that its state holds encrypted; take the line down, and the contexts out of kubeconfigs. restoreFrom stays in ${hall.stack}'s file: it says where its database comes from. Whoever wants values that no cloud ever held gives each key a new one: npx freehold keys rotate.`,
    commands: [pulumi(cloud, "stack rm")],
    takes: "minutes",
    clients: unnoticed,
    verify: `npx pulumi preview of ${hall.stack} shows no change`,
    back: noWayBack,
  };
}
