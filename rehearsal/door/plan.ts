import type { Programs } from "./programs.ts";

/** All that the keeper and the agent of a door are told. */
export type DoorPlan = {
  folder: string;
  countryFile: string;
  kubeconfig: string;
  /** One by which pods reach the API server, on the bridge of the cell. */
  podKubeconfig: string;
  apiServer: string;
  programs: Programs;
  seen: string[];
  sockets: { api: string; webhook: string; door: string; metrics: string; records: string };
  /** Port of loopback by which the API server calls AI Gateway's webhook; the keeper fills it in. */
  webhookPort: number;
  /** Hosts below this one are behind the door. */
  host: string;
  /** File in which the agent says what runs. */
  status: string;
  /** File in which the keeper says where its proxy is. */
  address: string;
};
