/** Pictures of devices, drawn in a square of 24. */

/** The kinds of devices that have a picture of their own. */
export type IconName = 'tv' | 'mobile' | 'tablet' | 'web' | 'console' | 'other'

const SCREEN = 'M3.5 5h17v11h-17z'

/** One path each, without fill. */
const PATHS: Readonly<Record<IconName, string>> = {
  tv: `${SCREEN}M8 19.5h8`,
  mobile: 'M7.5 2.5h9v19h-9zM10.8 18.6h2.4',
  tablet: 'M4.5 3h15v18h-15zM10.8 18.2h2.4',
  web: 'M5 5h14v10H5zM2.5 18.5h19',
  console:
    'M7.5 7.5h9a5 5 0 0 1 4.9 6l-.4 2.2a2.3 2.3 0 0 1-4 1.1L15.3 15H8.7L7 16.8a2.3 2.3 0 0 1-4-1.1L2.6 13.5a5 5 0 0 1 4.9-6zM8 10v3M6.5 11.5h3M16 11.5h.1',
  other: `${SCREEN}M10.3 8v5l4-2.5zM8 19.5h8`,
}

const NAMES: Readonly<Record<string, IconName>> = {
  tv: 'tv',
  smarttv: 'tv',
  stb: 'tv',
  settopbox: 'tv',
  mobile: 'mobile',
  phone: 'mobile',
  smartphone: 'mobile',
  tablet: 'tablet',
  web: 'web',
  browser: 'web',
  desktop: 'web',
  laptop: 'web',
  pc: 'web',
  console: 'console',
  gameconsole: 'console',
}

/** The picture for a type of device, however it is written. */
export function iconOf(deviceType = ''): IconName {
  return NAMES[deviceType.toLowerCase().replace(/[^a-z]/g, '')] ?? 'other'
}

/** The picture as an element that screen readers skip. */
export function drawIcon(name: IconName): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg'
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(space, 'path')
  path.setAttribute('d', PATHS[name])
  svg.append(path)
  return svg
}
