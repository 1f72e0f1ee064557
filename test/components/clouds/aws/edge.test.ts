import { describe, expect, it } from "vitest";
import { UNKNOWN } from "../../../../policies/fact.ts";
import { judge } from "../../../../policies/judge.ts";
import { type Any, india, namesOf, one, planned, publicDoor, target } from "./planned.ts";

const egress = { kind: "filtered" as const, hosts: ["hub.bharat-compute.example", "*.mirror.bharat-compute.example"] };

describe("the way out", () => {
  const filtered = () => planned({ network: { ...target.network, egress } });
  const types = ["ec2/natGateway:NatGateway", "ec2/eip:Eip", "networkfirewall/firewall:Firewall"];

  it("leaves the addresses of nodes as they are, so that a country that stands can be given one", async () => {
    const [without, with_] = [await planned(), await filtered()];
    for (const zone of target.network.zones) {
      expect(one(with_, "ec2/subnet:Subnet", zone)).toEqual(one(without, "ec2/subnet:Subnet", zone));
    }
    expect(types.flatMap((type) => namesOf(without, type))).toEqual([]);
    expect(namesOf(with_, types[0]!)).toEqual(target.network.zones);
  });

  it("lets through HTTP and TLS to the declared hosts, and no more", async () => {
    const resources = await filtered();
    expect(
      one(resources, "networkfirewall/ruleGroup:RuleGroup", "hosts").ruleGroup.rulesSource.rulesSourceList,
    ).toEqual({
      generatedRulesType: "ALLOWLIST",
      targetTypes: ["TLS_SNI", "HTTP_HOST"],
      targets: ["hub.bharat-compute.example", ".mirror.bharat-compute.example"],
    });
    const rules = resources.filter(({ type, props }) => /EgressRule/.test(type) && props.cidrIpv4 === "0.0.0.0/0");
    expect(rules.map(({ props }) => [props.ipProtocol, props.fromPort, props.toPort])).toEqual([
      ["tcp", 443, 443],
      ["tcp", 80, 80],
    ]);
  });

  it("leads past the firewall of the zone, there and back", async () => {
    const resources = await filtered();
    const routes = (name: string) => one(resources, "ec2/routeTable:RouteTable", name).routes;
    target.network.zones.forEach((zone, index) => {
      expect(routes(zone)).toEqual([{ cidrBlock: "0.0.0.0/0", vpcEndpointId: UNKNOWN }]);
      expect(routes(`firewall-${zone}`)).toEqual([{ cidrBlock: "0.0.0.0/0", natGatewayId: UNKNOWN }]);
      expect(routes(`gateway-${zone}`)).toEqual([
        { cidrBlock: "0.0.0.0/0", gatewayId: UNKNOWN },
        { cidrBlock: `10.64.${index * 64}.0/18`, vpcEndpointId: UNKNOWN },
      ]);
    });
  });

  it("is found by the guards where a route of the nodes goes around the firewall", async () => {
    const resources = await filtered();
    const around = resources.map((resource) =>
      resource.type === "aws:ec2/routeTable:RouteTable" && resource.name === "ap-south-1b"
        ? { ...resource, props: { ...resource.props, routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: "nat-1" }] } }
        : resource,
    );
    expect(judge(around, india).findings.filter(({ verdict }) => verdict === "broken")).toMatchObject([
      { rule: "egress-closed", name: "ap-south-1b", path: "routes[0].cidrBlock" },
    ]);
  });

  it("is found by the guards where the firewall lets through to a host that nobody declared", async () => {
    const hosts = ["hub.elsewhere.example"];
    const resources = await planned({ network: { ...target.network, egress: { kind: "filtered", hosts } } });
    expect(judge(resources, india).findings.filter(({ verdict }) => verdict === "broken")).toMatchObject([
      { rule: "data-stays-here", name: "hosts" },
    ]);
  });
});

describe("the public door", () => {
  const open = () => planned({ door: publicDoor });

  it("is none unless it is declared", async () => {
    const types = (await planned()).map(({ type }) => type);
    expect(types.filter((type) => /^aws:(lb|wafv2|autoscaling)/.test(type))).toEqual([]);
  });

  it("takes the declared certificate, and streams as long as the gateway does", async () => {
    const resources = await open();
    const { certificateArn } = publicDoor;
    expect(one(resources, "lb/listener:Listener")).toMatchObject({ port: 443, protocol: "HTTPS", certificateArn });
    expect(one(resources, "lb/loadBalancer:LoadBalancer")).toMatchObject({
      internal: false,
      idleTimeout: 1800,
      enableDeletionProtection: true,
    });
    const goes = await planned({ door: publicDoor }, { erase: ["storage"] });
    expect(one(goes, "lb/loadBalancer:LoadBalancer").enableDeletionProtection).toBe(false);
  });

  it("leads to one port of the system's nodes, and from nowhere else does anything lead there", async () => {
    const resources = await open();
    expect(one(resources, "lb/targetGroup:TargetGroup")).toMatchObject({ port: 30443, targetType: "instance" });
    expect(one(resources, "vpc/securityGroupIngressRule:SecurityGroupIngressRule", "nodes-from-door")).toMatchObject({
      referencedSecurityGroupId: UNKNOWN,
      fromPort: 30443,
      toPort: 30443,
    });
    const world = resources.filter(({ type, props }) => /IngressRule/.test(type) && props.cidrIpv4 === "0.0.0.0/0");
    expect(world.map(({ name }) => name)).toEqual(["door-from-internet"]);
    expect(namesOf(resources, "autoscaling/attachment:Attachment")).toEqual(["door"]);
  });

  it("refuses no prompt for what is in it", async () => {
    const { rules } = one(await open(), "wafv2/webAcl:WebAcl");
    expect(rules.map(({ name }: Any) => name)).toEqual([
      "countries",
      "rate",
      "AWSManagedRulesAmazonIpReputationList",
      "AWSManagedRulesCommonRuleSet",
      "AWSManagedRulesKnownBadInputsRuleSet",
    ]);
    const counted = rules.flatMap(
      ({ statement }: Any) =>
        statement.managedRuleGroupStatement?.ruleActionOverrides.map(({ name, actionToUse }: Any) => {
          expect(actionToUse).toEqual({ count: {} });
          return name;
        }) ?? [],
    );
    expect(counted).toContain("CrossSiteScripting_BODY");
    expect(counted.every((name: string) => name.endsWith("_BODY"))).toBe(true);
  });

  it("is called from everywhere where no country is named", async () => {
    const { rules } = one(await planned({ door: { ...publicDoor, countries: [] } }), "wafv2/webAcl:WebAcl");
    expect(rules[0]).toMatchObject({ name: "rate", statement: { rateBasedStatement: { limit: 3000 } } });
  });

  it("has logs that the key of logs lets in", async () => {
    const resources = await open();
    const { name } = one(resources, "cloudwatch/logGroup:LogGroup", "door");
    expect(name).toBe("aws-waf-logs-freehold-in");
    expect(one(resources, "kms/key:Key", "logs").policy).toContain(`log-group:${name}`);
  });
});
