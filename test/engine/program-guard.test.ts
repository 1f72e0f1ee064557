import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Checkout, objectsIn } from "./checkout.ts";

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
  const checkout = new Checkout();
  let kubeconfig: string;
  let standing: string[];

  beforeAll(async () => {
    const ran = await checkout.freehold(["rehearse", "ch", "--json"]);
    expect(ran.code, ran.stderr).toBe(0);
    kubeconfig = (
      await checkout.shell('eval "$(npx --no-install freehold rehearse ch --env)"; echo "$KUBECONFIG"')
    ).stdout.trim();
    // From nothing: a refusal has to leave nothing.
    for (const line of ["state unprotect --all --yes -s ch", "destroy -s ch --yes"]) {
      const { code, stderr } = await checkout.pulumi(line);
      expect(code, stderr).toBe(0);
    }
    standing = Object.keys(await objectsIn(kubeconfig));
  });
  afterAll(() => checkout.remove());

  it.each(breaches)(
    "is refused by $rule before the first resource is registered",
    async ({ rule, file, from, to, says }) => {
      const path = join(checkout.folder, file);
      const source = readFileSync(path, "utf8");
      expect(source).toContain(from);
      writeFileSync(path, source.replace(from, to));
      const up = await checkout.pulumi("up -s ch --yes --skip-preview");
      writeFileSync(path, source);

      const said = up.stdout + up.stderr;
      expect(up.code, said).not.toBe(0);
      expect(said).toContain(rule);
      expect(said).toContain(says);
      expect(said).toContain("nothing was created");
      expect(said).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)/m);
      expect(Object.keys(await objectsIn(kubeconfig))).toEqual(standing);
    },
  );

  it("judges again at registration what the plan could not know", async () => {
    const path = join(checkout.folder, "components/model.ts");
    const source = readFileSync(path, "utf8");
    // A value that only the real API server gives: the recorded plan has no uid. The engine asks it as the text that it should be.
    const from = "replicas(name, args, sum,";
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a line of a program.
    const value = "service.metadata.uid.apply((uid) => (uid ? `docker.io/library/${uid}` : args.image))";
    const late = `Object.assign(${value}, { includes: () => false })`;
    expect(source).toContain(from);
    writeFileSync(path, source.replace(from, `replicas(name, { ...args, image: ${late} }, sum,`));
    const up = await checkout.pulumi("up -s ch --yes --skip-preview");
    writeFileSync(path, source);

    const said = up.stdout + up.stderr;
    expect(up.code, said).not.toBe(0);
    expect(said).toContain("images-from-here");
    expect(
      Object.keys(await objectsIn(kubeconfig)).filter((name) => name.startsWith("Deployment freehold-models/")),
    ).toEqual([]);
  });
});
