/** How a country's nodes of one pool are had on AWS. */
export type AwsNodeGroupTarget = {
  instanceType?: string;
  zone?: string;
  imageGiB: number;
  capacity: { kind: "on-demand" } | { kind: "spot" } | { kind: "reservation" | "capacity-block"; id: string };
};

/** Where a country stands on AWS, every default applied: `target` of the country file. */
export type AwsTarget = {
  kind: "aws";
  region: string;
  /** The region. */
  place: string;
  /** Context of the kubeconfig; the cluster's name where none is declared. */
  context: string;
  /** 12 digits; the only account that is ever touched. */
  account: string;
  /** Prefix of every name. */
  cluster: string;
  /** Minor version of Kubernetes, such as `1.35`. */
  kubernetes: string;
  network: {
    /** /16 to /20. */
    cidr: string;
    /** At least two. */
    zones: string[];
    /** Ranges outside the network that may call the door and the API server. */
    callers: string[];
    egress: { kind: "none" } | { kind: "filtered"; hosts: string[] };
  };
  door:
    | { kind: "internal" }
    | { kind: "public"; certificateArn: string; countries: string[]; requestsPerFiveMinutes: number };
  /** ARNs of the IAM roles that administer the cluster, at least one. */
  operators: string[];
  keys: { kind: "kms" } | { kind: "xks"; customKeyStore: string; externalKey: string };
  systemNodes: { instanceType: string; nodes: number };
  /** One for every pool. */
  nodeGroups: Record<string, AwsNodeGroupTarget>;
  /** Registries that ECR may pull through, by the prefix under which their images are found. */
  registry?: { upstreams: Record<string, { host: string; secretArn?: string }> };
};
