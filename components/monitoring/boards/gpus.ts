import { type Board, window } from "../board.ts";

const gpu = "{{Hostname}} {{gpu}}";

/** What the GPUs do, as NVIDIA's exporter says. */
export function gpus(): Board {
  return {
    id: "gpus",
    title: "GPUs",
    rows: [
      {
        title: "Now",
        panels: [
          {
            title: "GPUs",
            unit: "short",
            as: "numbers",
            queries: [{ expr: "count(DCGM_FI_DEV_GPU_UTIL)", legend: "GPUs" }],
          },
          {
            title: "Used",
            unit: "percent",
            as: "numbers",
            queries: [{ expr: "avg(DCGM_FI_DEV_GPU_UTIL)", legend: "used" }],
          },
          {
            title: "Power",
            unit: "watt",
            as: "numbers",
            queries: [{ expr: "sum(DCGM_FI_DEV_POWER_USAGE)", legend: "power" }],
          },
          {
            title: "With an error",
            unit: "short",
            as: "numbers",
            badFrom: 1,
            says: "GPUs whose last error (XID) is not nought.",
            queries: [{ expr: "count(DCGM_FI_DEV_XID_ERRORS > 0) or vector(0)", legend: "XID" }],
          },
        ],
      },
      {
        title: "Work",
        panels: [
          {
            title: "Used",
            unit: "percent",
            says: "Share of time in which anything ran; a GPU that waits for memory is used, too.",
            queries: [{ expr: "DCGM_FI_DEV_GPU_UTIL", legend: gpu }],
          },
          {
            title: "Memory taken",
            unit: "percentunit",
            says: "An engine takes nearly all of it when it starts; how full its cache is stands on the board of the models.",
            queries: [{ expr: "DCGM_FI_DEV_FB_USED / (DCGM_FI_DEV_FB_USED + DCGM_FI_DEV_FB_FREE)", legend: gpu }],
          },
        ],
      },
      {
        title: "Power and heat",
        panels: [
          {
            title: "Power",
            unit: "watt",
            as: "stack",
            queries: [{ expr: "sum by (Hostname) (DCGM_FI_DEV_POWER_USAGE)", legend: "{{Hostname}}" }],
          },
          { title: "GPU", unit: "celsius", warnFrom: 85, queries: [{ expr: "DCGM_FI_DEV_GPU_TEMP", legend: gpu }] },
          {
            title: "Memory",
            unit: "celsius",
            warnFrom: 95,
            queries: [{ expr: "DCGM_FI_DEV_MEMORY_TEMP", legend: gpu }],
          },
        ],
      },
      {
        title: "Health",
        panels: [
          { title: "Last error (XID)", unit: "short", queries: [{ expr: "DCGM_FI_DEV_XID_ERRORS > 0", legend: gpu }] },
          {
            title: "Rows of memory given up",
            unit: "short",
            queries: [{ expr: "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS > 0", legend: gpu }],
          },
          {
            title: "Repeats on PCIe",
            unit: "short",
            queries: [{ expr: `rate(DCGM_FI_DEV_PCIE_REPLAY_COUNTER[${window}]) > 0`, legend: gpu }],
          },
        ],
      },
    ],
  };
}
