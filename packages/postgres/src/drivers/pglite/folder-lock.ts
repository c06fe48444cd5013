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

/** An exclusive lock on a folder. */
interface FolderLock {
  release(): void
}

/** The process that holds a lock. Includes the start time, because process ids are reused. */
interface Holder {
  readonly pid: number
  /** The start time of the process in ticks since boot. Null if the system does not provide it. */
  readonly started: string | null
  /** The boot and process namespace in which `pid` and `started` are valid. */
  readonly machine: string
}

const LOCK_NAME = /^lock\.(\d+)$/
const HEARTBEAT_INTERVAL_MS = 5_000
const HEARTBEAT_TIMEOUT_MS = 20_000
/** The longest time between creating a lock file and writing its holder. */
const MAX_WRITE_MS = 2_000

/**
 * Locks a folder before any other file in it is touched. Takes over the lock of a process that died. Each lock has a new number
 * and is created with O_EXCL, so one of many concurrent callers succeeds.
 *
 * @throws WhodidError `store_locked` when this or another process has it open
 */
export function lockFolder(dir: string): FolderLock {
  mkdirSync(dir, { recursive: true })
  for (;;) {
    const numbers = listLocks(dir)
    for (const number of numbers) assertNotHeld(dir, number)
    const ownNumber = (numbers.at(-1) ?? 0) + 1
    const path = join(dir, `lock.${ownNumber}`)
    try {
      writeFileSync(path, JSON.stringify(describeProcess()), { flag: 'wx' })
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue
      throw error
    }
    try {
      // A lock that was created since the folder was listed has a lower number and wins.
      for (const number of listLocks(dir)) if (number !== ownNumber) assertNotHeld(dir, number)
    } catch (error) {
      rmSync(path, { force: true })
      throw error
    }
    for (const number of numbers) rmSync(join(dir, `lock.${number}`), { force: true })
    return startHeartbeat(path)
  }
}

const MAX_WAIT_MS = 2_000
const RETRY_INTERVAL_MS = 50

/** Locks a folder like {@link lockFolder}, but waits up to two seconds for a process that is exiting. */
export async function waitForFolderLock(dir: string): Promise<FolderLock> {
  const deadline = Date.now() + MAX_WAIT_MS
  for (;;) {
    try {
      return lockFolder(dir)
    } catch (error) {
      if (!(error instanceof WhodidError) || Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_INTERVAL_MS))
    }
  }
}

function listLocks(dir: string): number[] {
  return readdirSync(dir)
    .flatMap((name) => LOCK_NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((left, right) => left - right)
}

function startHeartbeat(path: string): FolderLock {
  const heartbeat = setInterval(() => {
    const now = new Date()
    try {
      utimesSync(path, now, now)
    } catch {
      // Ignore failures: only processes on other machines read the time.
    }
  }, HEARTBEAT_INTERVAL_MS)
  heartbeat.unref()
  const release = () => {
    clearInterval(heartbeat)
    process.off('exit', release)
    rmSync(path, { force: true })
  }
  process.on('exit', release)
  return { release }
}

function assertNotHeld(dir: string, number: number): void {
  const path = join(dir, `lock.${number}`)
  const ageMs = getHeartbeatAge(path)
  if (ageMs === null) return
  const holder = readHolder(path)
  const reject = (by: string, remedy: string) => {
    throw new WhodidError('store_locked', `The folder ${dir} is open in ${by}. ${remedy}, or use another folder.`)
  }
  if (holder === null) {
    if (ageMs < MAX_WRITE_MS) reject('a process that is starting', 'Stop it')
    return
  }
  if (holder.machine !== getMachine()) {
    if (ageMs < HEARTBEAT_TIMEOUT_MS) {
      reject('another container or machine', `Stop it and wait ${HEARTBEAT_TIMEOUT_MS / 1_000} seconds`)
    }
    return
  }
  if (holder.pid === process.pid && holder.started === getStartTime(process.pid))
    reject('this process', 'Close its store')
  if (isAlive(holder)) reject(`process ${holder.pid}`, 'Stop it')
}

/** Returns the milliseconds since the holder's last heartbeat, or null if the lock is gone. */
function getHeartbeatAge(path: string): number | null {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? null : Date.now() - stats.mtimeMs
}

function readHolder(path: string): Holder | null {
  try {
    const holder: Partial<Holder> = JSON.parse(readFileSync(path, 'utf8'))
    const { pid, started = null, machine } = holder
    return pid === undefined || machine === undefined ? null : { pid, started, machine }
  } catch {
    return null
  }
}

function describeProcess(): Holder {
  return { pid: process.pid, started: getStartTime(process.pid), machine: getMachine() }
}

function isAlive({ pid, started }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: the process exists but belongs to another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  const stat = readProcessStat(pid)
  if (stat === null) return true
  // A zombie has ended, unless one of its threads still hangs in a system call.
  if (stat.state === 'Z') return (tryRead(() => readdirSync(`/proc/${pid}/task`))?.length ?? 0) > 1
  return started === null || started === stat.started
}

function getStartTime(pid: number): string | null {
  return readProcessStat(pid)?.started ?? null
}

/** Parses /proc/<pid>/stat after the command, whose parentheses may contain anything. */
function readProcessStat(pid: number): { readonly state: string; readonly started: string } | null {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? []
  const [state, started] = [fields[0], fields[19]]
  return state === undefined || started === undefined ? null : { state, started }
}

function getMachine(): string {
  const boot = tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const namespace = tryRead(() => readlinkSync('/proc/self/ns/pid'))
  return boot === null ? hostname() : `${boot} ${namespace}`
}

function tryRead<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
