/** The words of `docs/performance.md` between the figures. */

export const INTRO = `How fast Streamgate is, next to a server that does nothing and next to other ways to write it. This page is
written by \`npm run bench -- --write\`, all in one run. Figures of another machine or of another day differ. Compare contenders
by their ratio to the floor within one run: noise on the machine affects all of them alike.

The load has one core and the servers have another. All servers run, one at a time gets a stretch of load, and they take turns.
Each figure is the median of all rounds. The range after it holds the middle half of the rounds. CPU time is that of the whole
process tree of a server, as the kernel counts it. The floor is a \`node:http\` server that sends the answer to a start at once
and reads no body. Each contender keeps its default settings. Streamgate validates, counts metrics and logs every change.`

export const FLAT_OUT_INTRO = `Answers per second of CPU time, compared with the floor (1.00). Each user plays one of three streams, and
100,000 users take turns. LMDB flushes each write to the disk before the answer.`

export const STEADY_INTRO = `Starts come at a fixed pace, whether earlier ones are answered or not. The time of a start begins when it was
due, so waiting in a queue counts. The pace is a share of what the contender answered per second above. The last column says how
late the load itself was for one start in a hundred. A latency near it is the load's and not the server's.`

export const GROWTH_INTRO = `Starts on a store that already holds this many users. Memory is the process's own, without the pages of the
mapped file. LMDB holds two leases of each user, most of them expired, and its file is what a restart has to open: the last
column is the time from the start of the process to its first answer. The memory store holds one lease of each user, and loses it
on a restart.`

export const FLAMES_INTRO = `CPU time of starts on the memory store, sampled by V8 while the server was saturated. First by the part of the
program whose own code was running. Below it as a flame graph, with the outermost function on top. Point at a box in the picture
to see its share.`
