import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { WhodidError } from '@whodid/core'

/** A folder that this process has to itself. */
export interface FolderLock {
  release(): void
}

/** Which process holds a folder, so precisely that a later one with the same number is told apart. */
interface Holder {
  readonly pid: number
  /** When the process started, in ticks since boot; null where the system does not say. */
  readonly started: string | null
  /** Boot and process namespace, within which `pid` and `started` mean something. */
  readonly machine: string
}

const NAME = /^lock\.(\d+)$/
const HEARTBEAT_MS = 5_000
const SILENCE_MS = 20_000
/** Between making a lock file and writing its holder into it passes no more than this. */
const WRITING_MS = 2_000

/**
 * Takes a folder for this process, before any other file in it is touched. The lock of a process that has died is taken over.
 * Each lock has a number of its own and is made with O_EXCL, so of many who take over at once one succeeds.
 *
 * @throws WhodidError `store_locked` when another process, or this one, has it open
 */
export function lockFolder(dir: string): FolderLock {
  mkdirSync(dir, { recursive: true })
  for (;;) {
    const numbers = locksIn(dir)
    for (const number of numbers) refuseIfHeld(dir, number)
    const mine = (numbers.at(-1) ?? 0) + 1
    const path = join(dir, `lock.${mine}`)
    try {
      writeFileSync(path, JSON.stringify(self()), { flag: 'wx' })
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue
      throw error
    }
    try {
      // Whoever released and took the folder since it was listed has a lower number, and comes first.
      for (const number of locksIn(dir)) if (number !== mine) refuseIfHeld(dir, number)
    } catch (error) {
      rmSync(path, { force: true })
      throw error
    }
    for (const number of numbers) rmSync(join(dir, `lock.${number}`), { force: true })
    return hold(path)
  }
}

const GRACE_MS = 2_000
const GRACE_STEP_MS = 50

/** Like {@link lockFolder}, but gives a process that is just being ended or killed two seconds to be gone. */
export async function lockFolderSoon(dir: string): Promise<FolderLock> {
  const deadline = Date.now() + GRACE_MS
  for (;;) {
    try {
      return lockFolder(dir)
    } catch (error) {
      if (!(error instanceof WhodidError) || Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, GRACE_STEP_MS))
    }
  }
}

function locksIn(dir: string): number[] {
  return readdirSync(dir)
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right)
}

function hold(path: string): FolderLock {
  const heartbeat = setInterval(() => {
    const now = new Date()
    try {
      utimesSync(path, now, now)
    } catch {
      // Only others, who cannot see this process, read the time; without it they wait in vain, and find the file gone.
    }
  }, HEARTBEAT_MS)
  heartbeat.unref()
  const release = () => {
    clearInterval(heartbeat)
    process.off('exit', release)
    rmSync(path, { force: true })
  }
  process.on('exit', release)
  return { release }
}

function refuseIfHeld(dir: string, number: number): void {
  const path = join(dir, `lock.${number}`)
  const silent = silenceOf(path)
  if (silent === null) return
  const holder = holderIn(path)
  const refuse = (by: string, advice: string) => {
    throw new WhodidError('store_locked', `The folder ${dir} is open in ${by}: ${advice}, or give another folder.`)
  }
  if (holder === null) {
    if (silent < WRITING_MS) refuse('a process that is just starting', 'stop it')
    return
  }
  if (holder.machine !== machine()) {
    if (silent < SILENCE_MS) {
      refuse('another container or machine', `stop it and wait ${SILENCE_MS / 1_000} seconds`)
    }
    return
  }
  if (holder.pid === process.pid && holder.started === startOf(process.pid)) refuse('this process', 'close its store')
  if (isAlive(holder)) refuse(`process ${holder.pid}`, 'stop it')
}

/** Milliseconds since the lock's holder was last heard of; null when the lock is gone. */
function silenceOf(path: string): number | null {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? null : Date.now() - stats.mtimeMs
}

function holderIn(path: string): Holder | null {
  try {
    const holder: Partial<Holder> = JSON.parse(readFileSync(path, 'utf8'))
    const { pid, started = null, machine } = holder
    return pid === undefined || machine === undefined ? null : { pid, started, machine }
  } catch {
    return null
  }
}

function self(): Holder {
  return { pid: process.pid, started: startOf(process.pid), machine: machine() }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process may not be signalled, but is there.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  const now = statOf(pid)
  if (now === null) return true
  // A zombie has only its number left, unless a thread of it still hangs in a system call.
  if (now.state === 'Z') return (readOrNull(() => readdirSync(`/proc/${pid}/task`))?.length ?? 0) > 1
  return started === null || started === now.started
}

function startOf(pid: number): string | null {
  return statOf(pid)?.started ?? null
}

/** From /proc/<pid>/stat, after the command, which may hold anything in its brackets. */
function statOf(pid: number): { readonly state: string; readonly started: string } | null {
  const stat = readOrNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  const [state, started] = [fields[0], fields[19]]
  return state === undefined || started === undefined ? null : { state, started }
}

function machine(): string {
  const boot = readOrNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const namespace = readOrNull(() => readlinkSync('/proc/self/ns/pid'))
  return boot === null ? hostname() : `${boot} ${namespace}`
}

function readOrNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
