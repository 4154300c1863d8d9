import {writeFileSync} from 'node:fs';

/** Loaded into a measured process by `--import`: as it ends, it writes what it used to the file that the variable names. */
const file = process.env['BENCH_USAGE_FILE'];
if (file !== undefined) {
  process.once('exit', () => {
    const {maxRSS, userCPUTime, systemCPUTime} = process.resourceUsage();
    // Node: maxRSS in kilobytes (1024), the times in microseconds.
    writeFileSync(
      file,
      JSON.stringify({peakBytes: maxRSS * 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6}),
    );
  });
}
