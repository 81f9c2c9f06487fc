import { whatIsMissing } from '../aws/requirements.ts'
import { findChromium } from '../browser/chromium.ts'
import { terraformLack } from '../infra/terraform-lack.ts'
import { openApiLack } from '../openapi/openapi-tools.ts'
import { prometheusLack } from '../operations/prometheus-lack.ts'
import { nginxLack } from '../playback/nginx-lack.ts'
import { opsLack } from '../packaging/ops-packages.ts'
import type { Suite } from './suite.ts'

/**
 * All suites. Neither Debian nor npm has Terraform or moto, so suites that need them are left out
 * if the machine lacks them. `.ci/packages` installs Chromium and Prometheus.
 */
export const SUITES: readonly Suite[] = [
  { name: 'rules', files: /^core\//, casesMin: 200 },
  { name: 'stores', files: /^stores\//, casesMin: 1100 },
  { name: 'service', files: /^service\/|^tests\/http-contract\//, casesMin: 1700 },
  { name: 'player', files: /^player\//, casesMin: 60 },
  { name: 'histories', files: /^tests\/histories\//, casesMin: 40 },
  { name: 'simulation', files: /^tests\/simulation\//, casesMin: 285 },
  { name: 'processes', files: /^tests\/(?:e2e|sweep|heartbeats)\//, casesMin: 150 },
  {
    name: 'browser',
    files: /^tests\/browser\//,
    casesMin: 75,
    lacks: () => (findChromium() === undefined ? 'Chromium is not installed' : undefined),
    isRequired: true,
  },
  {
    name: 'openapi',
    files: /^tests\/openapi\//,
    casesMin: 7,
    lacks: openApiLack,
    isRequired: true,
  },
  {
    name: 'operations',
    files: /^tests\/operations\//,
    casesMin: 165,
    lacks: prometheusLack,
    isRequired: true,
  },
  { name: 'terraform', files: /^tests\/infra\/terraform\.test\.ts$/, casesMin: 4, lacks: terraformLack },
  {
    name: 'aws',
    files: /^tests\/aws\/walk\//,
    casesMin: 28,
    config: 'vitest.aws.config.ts',
    lacks: whatIsMissing,
  },
  // A suite of its own, so that no other test takes the processor meanwhile.
  { name: 'performance', files: /^tests\/performance\//, casesMin: 2 },
  { name: 'packages', files: /^tests\/packages\//, casesMin: 24 },
  {
    name: 'packaging',
    files: /^tests\/packaging\//,
    casesMin: 60,
    lacks: opsLack,
    isRequired: true,
  },
  {
    name: 'playback',
    files: /^tests\/playback\//,
    casesMin: 45,
    lacks: nginxLack,
    isRequired: process.platform === 'linux',
  },
  { name: 'others', files: /./, casesMin: 100 },
]
