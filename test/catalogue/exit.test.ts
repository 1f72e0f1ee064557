import { describe, expect, it } from "vitest";
import { egressPrice, leaving, replacement, switchingLaws } from "../../catalogue/exit.ts";
import { countries, placeOf, regions } from "../../catalogue/index.ts";
import { cloudOf } from "../../components/cloud.ts";
import { countryFile } from "../../components/country.ts";
import { plan } from "../../policies/plan.ts";
import { hallState } from "../../rehearsal/hall-state.ts";
import { onAws, onAzure } from "../components/exit/sides.ts";

/** Types that the components of each cloud may make. */
const contract = {
  aws: `ec2/vpc:Vpc ec2/subnet:Subnet ec2/routeTable:RouteTable ec2/routeTableAssociation:RouteTableAssociation
    ec2/vpcEndpoint:VpcEndpoint ec2/securityGroup:SecurityGroup ec2/defaultSecurityGroup:DefaultSecurityGroup
    vpc/securityGroupIngressRule:SecurityGroupIngressRule vpc/securityGroupEgressRule:SecurityGroupEgressRule ec2/flowLog:FlowLog
    ec2/launchTemplate:LaunchTemplate ec2/placementGroup:PlacementGroup ebs/encryptionByDefault:EncryptionByDefault
    ebs/defaultKmsKey:DefaultKmsKey kms/key:Key kms/alias:Alias iam/role:Role iam/rolePolicy:RolePolicy
    iam/rolePolicyAttachment:RolePolicyAttachment eks/cluster:Cluster eks/accessEntry:AccessEntry
    eks/accessPolicyAssociation:AccessPolicyAssociation eks/addon:Addon eks/nodeGroup:NodeGroup
    eks/podIdentityAssociation:PodIdentityAssociation cloudwatch/logGroup:LogGroup s3/bucket:Bucket
    s3/bucketVersioning:BucketVersioning
    s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration
    s3/bucketPublicAccessBlock:BucketPublicAccessBlock s3/bucketOwnershipControls:BucketOwnershipControls
    s3/bucketPolicy:BucketPolicy s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration cloudtrail/trail:Trail
    ecr/pullThroughCacheRule:PullThroughCacheRule ecr/repositoryCreationTemplate:RepositoryCreationTemplate`,
  azure: `resources:ResourceGroup network:VirtualNetwork network:Subnet network:NetworkSecurityGroup network:RouteTable
    network:PrivateEndpoint network:PrivateDnsZoneGroup privatedns:PrivateZone privatedns:VirtualNetworkLink
    managedidentity:UserAssignedIdentity managedidentity:FederatedIdentityCredential authorization:RoleAssignment keyvault:Vault
    keyvault:Key compute:DiskEncryptionSet compute:ProximityPlacementGroup containerservice:ManagedCluster
    containerservice:AgentPool containerregistry:Registry containerregistry:CacheRule storage:StorageAccount
    storage:BlobServiceProperties storage:BlobContainer operationalinsights:Workspace monitor:DiagnosticSetting`,
};

describe.each(["aws", "azure"] as const)("what is known of leaving %s", (kind) => {
  const known = leaving(kind);

  it("has a row for each type that the components may make, and for no other", () => {
    expect(Object.keys(known.types).toSorted()).toEqual(contract[kind].split(/\s+/).toSorted());
  });

  it("has a row for each type that they do make", async () => {
    const { country } = kind === "aws" ? onAws() : onAzure();
    const cloud = await cloudOf(kind);
    const resources = await plan(() => {
      cloud.ground(country, hallState(country), {});
    });
    const types = [
      ...new Set(resources.map(({ type }) => type).filter((type) => type.startsWith(`${known.package}:`))),
    ];
    expect(types.length).toBeGreaterThan(15);
    expect(types.filter((type) => replacement(known, type) === undefined)).toEqual([]);
  });

  it("knows no type that it was not told", () => {
    for (const type of [`${known.package}:x/y:Z`, `${known.package}:constructor`, "kubernetes:core/v1:Pod"])
      expect(replacement(known, type), type).toBeUndefined();
  });

  it("names sections that a country file has", () => {
    const sections = Object.values(known.types).flatMap(({ section }) =>
      section === undefined ? [] : [section.split(".")[0]!],
    );
    expect(sections.filter((section) => !Object.hasOwn(countryFile.shape, section))).toEqual([]);
    expect(sections.length).toBeGreaterThan(8);
  });

  it("has prices of regions that are the provider's, each once, in tiers that rise", () => {
    const priced = known.egress.prices.flatMap(({ regions }) => regions);
    expect(new Set(priced).size).toBe(priced.length);
    for (const region of priced)
      expect(placeOf(region), region).toMatchObject({ kind: "region", provider: known.provider });
    for (const { tiers } of known.egress.prices) {
      const ends = tiers.map(({ to_gib }) => to_gib ?? Infinity);
      expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    }
  });

  it("leaves out the price of some region, and says so by having none", () => {
    const names = regions()
      .filter(({ provider }) => provider === known.provider)
      .map(({ name }) => name);
    const unknown = names.filter((name) => egressPrice(known, name) === undefined);
    expect(unknown.length).toBeGreaterThan(0);
    expect(unknown.length).toBeLessThan(names.length);
  });

  it("says how each kind of key ends", () => {
    expect(Object.keys(known.keys)).toEqual(kind === "aws" ? ["kms", "xks"] : ["vault", "managed-hsm"]);
  });
});

it("knows a law on switching for the Union's members, and for nobody else", () => {
  const concerned = countries().filter((code) => switchingLaws(code, "2026-11-22").length > 0);
  expect(concerned).toEqual(expect.arrayContaining(["DE", "FR", "EE"]));
  for (const code of ["CH", "NO", "GB", "IN", "BR"]) expect(concerned).not.toContain(code);
});
