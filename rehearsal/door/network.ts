import { execFileSync } from "node:child_process";

/** Where the cell itself answers on the pods' network; the API server is relayed there. */
export const gatewayAddress = "10.255.255.254";
/** How pods know the API server: by a name that its certificate has, and by the port at that address. */
export const apiServerName = "kubernetes.default.svc";
export const apiServerPort = 6443;

/** Lays out the network of a cell: a bridge on which each pod has its own end. All of it goes with the cell. */
export function makeNetwork(): void {
  // Named networks are kept as files, which are to be seen by nobody else.
  execFileSync("mount", ["-t", "tmpfs", "none", "/run"]);
  ip([], "link set lo up", "link add pods type bridge", `addr add ${gatewayAddress}/8 dev pods`, "link set pods up");
}

/**
 * Gives a pod a network of its own with its address on it. Its hardware address follows from that: others remember for most of
 * a minute which one belonged to an address, and would not find a pod that has it anew.
 */
export function addToNetwork(pod: string, address: string): void {
  const octets = address.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0"));
  ip(
    [],
    `netns add ${pod}`,
    `link add ${pod} type veth peer name eth0 address 02:00:${octets.join(":")} netns ${pod}`,
    `link set ${pod} master pods up`,
  );
  ip(["-n", pod], `addr add ${address}/8 dev eth0`, "link set eth0 up", "link set lo up");
}

/** Takes it away; the pod's end of the bridge goes with it. */
export function removeFromNetwork(pod: string): void {
  ip([], `netns del ${pod}`);
}

/** The command that runs another one in a pod's network. */
export function inNetwork(pod: string): string[] {
  return ["nsenter", `--net=/run/netns/${pod}`, "--"];
}

function ip(options: string[], ...lines: string[]): void {
  execFileSync("ip", [...options, "-batch", "-"], { input: lines.join("\n"), stdio: ["pipe", "ignore", "pipe"] });
}
