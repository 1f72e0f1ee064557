import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Checkout, objectsIn, type Ran } from "./checkout.ts";

/** What somebody might write into a component, and the rule that stops it. */
const breaches = [
  {
    rule: "images-from-here",
    file: "components/model/pod.ts",
    from: "image: args.image,",
    to: 'image: "docker.io/vllm/vllm-openai:v0.25.1",',
    says: "docker.io",
  },
  {
    rule: "data-stays-here",
    file: "components/gateway.ts",
    from: "{ spec: { endpoints } }",
    to: '{ spec: { endpoints: [{ fqdn: { hostname: "api.openai.com", port: 443 } }] } }',
    says: "api.openai.com",
  },
  {
    rule: "egress-closed",
    file: "components/closed-namespace.ts",
    from: "egress: [clusterDns,",
    to: "egress: [{}, clusterDns,",
    says: "everything",
  },
];

describe("a program whose components break residency, run without a policy pack", () => {
  const checkout = new Checkout({ stack: "ee" });
  let kubeconfig: string;

  /** Runs a command on a checkout in which a file says something else. */
  async function changed(file: string, from: string, to: string, run: () => Promise<Ran>): Promise<Ran> {
    const path = join(checkout.folder, file);
    const source = readFileSync(path, "utf8");
    expect(source).toContain(from);
    writeFileSync(path, source.replace(from, to));
    const ran = await run();
    writeFileSync(path, source);
    return ran;
  }
  const up = () => checkout.pulumi("up -s ee --yes --skip-preview");

  beforeAll(async () => {
    // A rehearsal whose first update is refused has a cluster and a hall, and nothing of the country in it.
    const { file, from, to } = breaches[0]!;
    const ran = await changed(file, from, to, () => checkout.freehold(["rehearse", "ee", "--json"]));
    expect(ran.code, ran.stderr).not.toBe(0);
    const env = await checkout.shell('eval "$(npx --no-install freehold rehearse ee --env)"; echo "$KUBECONFIG"');
    kubeconfig = env.stdout.trim();
    expect(await objectsIn(kubeconfig)).toEqual({});
  });
  afterAll(() => checkout.remove());

  it.each(breaches)(
    "is refused by $rule before the first resource is registered",
    async ({ rule, file, from, to, says }) => {
      const { code, stdout, stderr } = await changed(file, from, to, up);
      const said = stdout + stderr;
      expect(code, said).not.toBe(0);
      expect(said).toContain(rule);
      expect(said).toContain(says);
      expect(said).toContain("nothing was created");
      expect(said).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)/m);
      expect(await objectsIn(kubeconfig)).toEqual({});
    },
  );

  it("judges again at registration what the plan could not know", async () => {
    // A value that only the real API server gives: the recorded plan has no uid. The engine asks it as the text that it should be.
    const from = "replicas(name, args, sum,";
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a line of a program.
    const value = "service.metadata.uid.apply((uid) => (uid ? `docker.io/library/${uid}` : args.image))";
    const late = `Object.assign(${value}, { includes: () => false })`;
    const to = `replicas(name, { ...args, image: ${late} }, sum,`;
    const { code, stdout, stderr } = await changed("components/model.ts", from, to, up);
    const said = stdout + stderr;
    expect(code, said).not.toBe(0);
    expect(said).toContain("images-from-here");
    expect(
      Object.keys(await objectsIn(kubeconfig)).filter((name) => name.startsWith("Deployment freehold-models/")),
    ).toEqual([]);
  });
});
