import { eksVersions, offeredByAws, regionsOffering, vcpuQuotas, zonesOfAws } from "../../../catalogue/index.ts";
import type { Properties } from "../../kubernetes-provider/properties.ts";
import { CloudError } from "../cloud-error.ts";
import type { CloudFunction } from "../cloud-type.ts";
import { mapsOf, textOf, textsOf } from "../known.ts";
import { regionOf } from "./aws-type.ts";
import type { AwsSettings } from "./settings.ts";

/** What programs may ask the simulated AWS. */
export const awsFunctions: Record<string, CloudFunction<AwsSettings>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": ({ settings: { account, partition } }) => ({
    id: account,
    accountId: account,
    userId: "AROAREHEARSALXXXXXXXX:rehearsal",
    arn: `arn:${partition.name}:sts::${account}:assumed-role/rehearsal/rehearsal`,
  }),

  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": (call) => {
    const region = regionOf(call);
    const kind = textOf(call.inputs, "locationType") ?? "region";
    const wanted = (name: string) =>
      mapsOf(call.inputs, "filters")
        .filter((filter) => filter.name === name)
        .flatMap((filter) => textsOf(filter, "values"));
    const places = kind === "region" ? [region] : zonesOfAws(region);
    const locations = places.filter((place) => wanted("location").length === 0 || wanted("location").includes(place));
    const types = wanted("instance-type").filter(
      (type) => offeredByAws(type, region) ?? regionsOffering(type).length === 0,
    );
    const offered = types.flatMap((type) => locations.map((location) => ({ type, location })));
    return {
      id: region,
      region,
      instanceTypes: offered.map(({ type }) => type),
      locations: offered.map(({ location }) => location),
      locationTypes: offered.map(() => kind),
      ...(call.inputs.locationType ? { locationType: kind } : {}),
      ...(call.inputs.filters ? { filters: call.inputs.filters } : {}),
    };
  },

  "aws:servicequotas/getServiceQuota:getServiceQuota": (call) => {
    const { inputs, settings } = call;
    const asked = textOf(inputs, "quotaCode") ?? textOf(inputs, "quotaName");
    const quota = vcpuQuotas()
      .flatMap(({ code, spotCode, name, spotName, defaultVcpus }) => [
        { code, name, defaultVcpus },
        { code: spotCode, name: spotName, defaultVcpus },
      ])
      .find(({ code, name }) => asked === code || asked === name);
    if (inputs.serviceCode !== "ec2" || !quota)
      throw new CloudError(
        "NoSuchResourceException",
        `The request failed because the specified quota does not exist: ${inputs.serviceCode} ${asked ?? ""}`,
      );
    const region = regionOf(call);
    const arn = `arn:${settings.partition.name}:servicequotas:${region}:${settings.account}:ec2/${quota.code}`;
    return {
      id: arn,
      arn,
      region,
      adjustable: true,
      globalQuota: false,
      defaultValue: quota.defaultVcpus,
      value: settings.rights.vcpus(quota.code),
      quotaCode: quota.code,
      quotaName: quota.name,
      serviceCode: "ec2",
      serviceName: "Amazon Elastic Compute Cloud (Amazon EC2)",
      usageMetrics: [],
    };
  },

  "aws:eks/getClusterVersions:getClusterVersions": (call) => {
    const { versions, default: usual } = eksVersions(call.settings.today);
    const only = textsOf(call.inputs, "clusterVersionsOnlies");
    const listed: Properties[] = versions.map(({ version, standardUntil = "", extendedUntil = "" }) => ({
      clusterType: "eks",
      clusterVersion: version,
      defaultVersion: version === usual,
      defaultPlatformVersion: "eks.1",
      endOfStandardSupportDate: standardUntil && `${standardUntil}T00:00:00Z`,
      endOfExtendedSupportDate: extendedUntil && `${extendedUntil}T00:00:00Z`,
      kubernetesPatchVersion: `${version}.0`,
      releaseDate: "",
      versionStatus: standardUntil && standardUntil < call.settings.today ? "EXTENDED_SUPPORT" : "STANDARD_SUPPORT",
      controlPlaneComponentConfigs: [],
      controlPlaneScalingTiers: [],
    }));
    const clusterVersions = listed.filter(
      (one) =>
        (only.length === 0 || only.includes(String(one.clusterVersion))) &&
        (call.inputs.defaultOnly !== true || one.defaultVersion === true) &&
        (call.inputs.versionStatus === undefined || one.versionStatus === call.inputs.versionStatus),
    );
    return { ...call.inputs, region: regionOf(call), clusterVersions };
  },
};
