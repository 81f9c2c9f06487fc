/**
 * `node tools/story-picture.ts` draws docs/story.svg, the picture of the README. It shows one slot,
 * two devices, and the answers they get.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const PICTURE = fileURLToPath(new URL('../docs/story.svg', import.meta.url))

const WIDTH = 940
const LANES = { tv: 200, service: 470, phone: 740 } as const
/** The space between a lane and what its viewer sees. */
const MARGIN = 12
const TOP = 58
const STEP = 46
/** The space between the arrow of a request and the arrow of its answer. */
const ANSWER_GAP = 22

type Lane = keyof typeof LANES

/** One request, its answer, and what the viewer sees of it. */
type Exchange = {
  readonly from: Exclude<Lane, 'service'>
  readonly asks: string
  readonly isTold: string
  readonly tone: 'good' | 'bad'
  readonly seen: string
}

const STORY: readonly Exchange[] = [
  { from: 'tv', asks: 'POST a start', isTold: '201 Created', tone: 'good', seen: 'The TV plays.' },
  { from: 'tv', asks: 'PUT a heartbeat, every 25 s', isTold: '200 OK', tone: 'good', seen: 'It plays on.' },
  {
    from: 'phone',
    asks: 'POST a start',
    isTold: '409 with the holder: “Living room TV”',
    tone: 'bad',
    seen: '“Watch here instead?”',
  },
  {
    from: 'phone',
    asks: 'POST a start that replaces the TV’s',
    isTold: '201 Created',
    tone: 'good',
    seen: 'The phone plays.',
  },
  {
    from: 'tv',
    asks: 'PUT a heartbeat',
    isTold: '410 Gone, ended by “Phone”',
    tone: 'bad',
    seen: 'The TV stops, and says why.',
  },
]

/** The picture as it is, and as it should be. */
export function storyPicture(): { readonly written: string; readonly expected: string } {
  return { written: readFileSync(PICTURE, 'utf8'), expected: drawn() }
}

function drawn(): string {
  const height = TOP + STORY.length * (STEP + ANSWER_GAP) + 16
  const lanes = Object.entries({ tv: 'Living room TV', service: 'Streamgate', phone: 'Phone' })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">`,
    '<title id="title">A plan of one stream: the TV plays, the phone is refused and told by whom, takes over, and the TV is told.</title>',
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${height}" rx="10"/>`,
    ...lanes.map(([lane, name]) => drawnLane(LANES[lane as Lane], name, height)),
    ...STORY.map((exchange, index) => drawnExchange(exchange, TOP + index * (STEP + ANSWER_GAP))),
    '</svg>',
    '',
  ].join('\n')
}

function drawnLane(x: number, name: string, height: number): string {
  const head = `<rect class="head" x="${x - 70}" y="14" width="140" height="28" rx="6"/>`
  const label = `<text class="name" x="${x}" y="33" text-anchor="middle">${name}</text>`
  return `<line class="lane" x1="${x}" y1="42" x2="${x}" y2="${height - 12}"/>${head}${label}`
}

function drawnExchange({ from, asks, isTold, tone, seen }: Exchange, top: number): string {
  const [player, service] = [LANES[from], LANES.service]
  const seenX = from === 'tv' ? player - MARGIN : player + MARGIN
  const anchor = from === 'tv' ? 'end' : 'start'
  const y = top + 20
  return [
    drawnArrow({ from: player, to: service, y }, asks, 'ask'),
    drawnArrow({ from: service, to: player, y: y + ANSWER_GAP }, isTold, tone),
    `<text class="seen" x="${seenX}" y="${y + ANSWER_GAP + 4}" text-anchor="${anchor}">${seen}</text>`,
  ].join('\n')
}

type Span = { readonly from: number; readonly to: number; readonly y: number }

function drawnArrow({ from, to, y }: Span, text: string, tone: string): string {
  const away = Math.sign(to - from)
  const tip = to - away * 4
  const line = `<line class="arrow ${tone}" x1="${from + away * 4}" y1="${y}" x2="${tip - away * 6}" y2="${y}"/>`
  const head = `<path class="tip ${tone}" d="M${tip} ${y}l${-away * 8} -4v8z"/>`
  const label = `<text class="said ${tone}" x="${(from + to) / 2}" y="${y - 5}" text-anchor="middle">${text}</text>`
  return line + head + label
}

const STYLE = [
  'text{font:12.5px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#1f2933}',
  '.page{fill:#fff;stroke:#d5dbe1}.lane{stroke:#b8c2cc;stroke-dasharray:3 4}',
  '.head{fill:#eef2f6;stroke:#b8c2cc}.name{font-weight:600}.seen{font-style:italic;fill:#52606d}',
  '.arrow{stroke-width:1.6}.ask{stroke:#52606d}.tip.ask{fill:#52606d;stroke:none}.said.ask{stroke:none}',
  '.good{stroke:#18794e}.tip.good,.said.good{fill:#18794e;stroke:none}',
  '.bad{stroke:#b42318}.tip.bad,.said.bad{fill:#b42318;stroke:none}',
  '@media(prefers-color-scheme:dark){text{fill:#e4e7eb}.page{fill:#14181d;stroke:#323f4b}.lane{stroke:#52606d}',
  '.head{fill:#1f2933;stroke:#52606d}.seen{fill:#9aa5b1}.ask{stroke:#9aa5b1}.tip.ask{fill:#9aa5b1}',
  '.good{stroke:#5fd39a}.tip.good,.said.good{fill:#5fd39a}.bad{stroke:#ff8f82}.tip.bad,.said.bad{fill:#ff8f82}}',
].join('')

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PICTURE, drawn())
