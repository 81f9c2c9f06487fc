/** For each clause on finished streams, a store that breaks it. */
import type { FinishedPage, FinishedStream, Store, StreamId, UserId } from '@streamgate/core'
import { leaseOf } from '../../src/contract/specimens.ts'
import { broken } from './breaking.ts'

/** Answers every page of notes with what `change` makes of the right one. */
const misreporting = (change: (page: FinishedPage, cursor: string | undefined) => FinishedPage) =>
  broken((sound) => ({ finishedSince: async (cursor) => change(await sound.finishedSince(cursor), cursor) }))

const changingStreams = (change: (streams: readonly FinishedStream[]) => readonly FinishedStream[]) =>
  misreporting((page) => ({ ...page, streams: change(page.streams) }))

/** Stream ids as a careless engine would keep them. */
const foldingStreams = (fold: (id: string) => string) =>
  broken((sound) => ({
    noteFinished: (stream, atMs) =>
      sound.noteFinished({ ...stream, streamId: fold(stream.streamId) as StreamId }, atMs),
  }))

export const BROKEN_IN_FINISHING: Readonly<Record<string, () => Store>> = {
  'there are no notes if no stream has finished': misreporting((page, cursor) =>
    cursor === undefined && page.streams.length === 0
      ? { ...page, streams: [{ streamId: 'ghost' as StreamId, untilMs: 1 }] }
      : page,
  ),
  'a finished stream is read back with the instant until which that counts': changingStreams((streams) =>
    streams.map(({ streamId, untilMs }) => ({ streamId, untilMs: Math.floor(untilMs / 1000) * 1000 })),
  ),
  'every reader gets every note, even if another has read it before': broken((sound) => {
    let told = '0'
    return {
      finishedSince: async () => {
        const page = await sound.finishedSince(told)
        told = page.cursor
        return page
      },
    }
  }),
  'a cursor is followed by all that came since': broken((sound) => ({
    finishedSince: (cursor) =>
      sound.finishedSince(cursor === undefined ? cursor : String(Number(cursor) + 1)),
  })),
  'a cursor is not followed by what is an hour older than the newest': broken((sound) => ({
    finishedSince: () => sound.finishedSince(),
  })),
  'of many finishes at once none is missed, even by a reader meanwhile': broken(() => {
    let given = 0
    const notes = new Map<number, FinishedStream>()
    return {
      noteFinished: async (stream) => {
        given += 1
        const sequence = given
        if (sequence % 2 === 1) await new Promise((resolve) => setTimeout(resolve, 5))
        notes.set(sequence, stream)
      },
      finishedSince: async (cursor = '0') => {
        const isNew = ([sequence]: [number, unknown]) => sequence > Number(cursor)
        const since = [...notes].filter(isNew)
        const last = Math.max(Number(cursor), ...since.map(([sequence]) => sequence))
        return { streams: since.map(([, stream]) => stream), cursor: String(last), hasMore: false }
      },
    }
  }),
  'of two finishes of one stream the one that counts longer wins': broken((sound) => {
    const seen = new Set<StreamId>()
    return {
      noteFinished: async (stream, atMs) => {
        if (!seen.has(stream.streamId)) await sound.noteFinished(stream, atMs)
        seen.add(stream.streamId)
      },
    }
  }),
  'a finish drops no note that still counts': broken((sound) => {
    let newestMs = 0
    return {
      noteFinished: (stream, atMs) => {
        newestMs = Math.max(newestMs, atMs)
        return sound.noteFinished(stream, atMs)
      },
      finishedSince: async (cursor) => {
        const page = await sound.finishedSince(cursor)
        return { ...page, streams: page.streams.filter(({ untilMs }) => untilMs > newestMs + 1) }
      },
    }
  }),
  'a cursor stays valid though the notes before it were dropped': broken(() => {
    let notes: FinishedStream[] = []
    return {
      noteFinished: async (stream, atMs) => {
        notes = [...notes.filter(({ untilMs }) => untilMs > atMs), stream]
      },
      finishedSince: async (cursor = '0') => ({
        streams: notes.slice(Number(cursor)),
        cursor: String(notes.length),
        hasMore: false,
      }),
    }
  }),
  'finished streams whose ids differ in case or Unicode form alone are different streams': foldingStreams(
    (id) => id.normalize('NFKC'),
  ),
  'ids of finished streams may hold anything, and be as long as the API allows': foldingStreams((id) =>
    id.slice(0, 127),
  ),
  'many notes come in pages that are bounded and end': misreporting((page) => ({ ...page, hasMore: true })),
  'a finish touches no roster and shows in no walk': broken((sound) => ({
    noteFinished: async (stream, atMs) => {
      await sound.noteFinished(stream, atMs)
      await sound.add(`finished/${stream.streamId}` as UserId, leaseOf(stream.streamId), { capacity: 1 })
    },
  })),
  'a finish outlives the store that noted it': broken((sound) => {
    let hasClosed = false
    return {
      finishedSince: async (cursor) =>
        hasClosed ? { streams: [], cursor: '0', hasMore: false } : sound.finishedSince(cursor),
      noteFinished: async (stream, atMs) => {
        if (!hasClosed) await sound.noteFinished(stream, atMs)
      },
      close: async () => {
        hasClosed = true
      },
    }
  }),
  'a closed store neither notes a finished stream nor returns one': broken((sound) => {
    let known: FinishedPage = { streams: [], cursor: '0', hasMore: false }
    return {
      finishedSince: async (cursor) => {
        known = await sound.finishedSince(cursor).catch(() => known)
        return known
      },
    }
  }),
  'a driver’s failure to read the notes becomes STORE_UNAVAILABLE with its cause': broken(() => ({
    finishedSince: async () => {
      throw new Error('ECONNREFUSED')
    },
  })),
}
